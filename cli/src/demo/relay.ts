import { join } from 'node:path'
import { freePorts } from '../processes/ports.ts'
import { type ManagedProcess, startProcess, waitUntilReady } from '../processes/process.ts'
import type { DemoCluster, ServiceAccountRef } from './cluster.ts'
import type { DemoHost, Stage } from './host.ts'

/** The relay's ServiceAccount in the shipped manifests. */
export const RELAY_SERVICE_ACCOUNT: ServiceAccountRef = {
  namespace: 'edge-issuer',
  name: 'edge-issuer-relay',
}

const READY_TIMEOUT_MS = 60_000

/** Starts the relay as its ServiceAccount, and waits until it has read the cluster. */
export async function startRelay(
  host: DemoHost,
  cluster: DemoCluster,
  { directory, signal }: Stage,
): Promise<ManagedProcess> {
  const kubeconfig = await cluster.loginAs(RELAY_SERVICE_ACCOUNT)
  const [port = 0] = await freePorts(1)
  const probes = `127.0.0.1:${String(port)}`
  const relay = await startProcess({
    name: 'relay',
    command: process.execPath,
    args: [
      host.relay,
      `--kubeconfig=${kubeconfig}`,
      `--cluster-resource-namespace=${RELAY_SERVICE_ACCOUNT.namespace}`,
      `--health-probe-bind-address=${probes}`,
      // The worker is on this machine.
      '--issuer-url-allow=127.0.0.0/8',
      // Its default port may be taken.
      '--metrics-bind-address=0',
    ],
    env: process.env,
    logFile: join(directory, 'relay.log'),
  })
  return waitUntilReady(relay, {
    timeoutMs: READY_TIMEOUT_MS,
    signal,
    probe: async () => (await fetch(`http://${probes}/readyz`)).ok,
  })
}
