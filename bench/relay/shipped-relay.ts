/**
 * The relay as it is shipped: a process of its own, from its bundle, with the flags that it is shipped
 * with, and under no other permissions.
 *
 * @module
 */
import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import { type ManagedProcess, startProcess } from '@edge-issuer/testbed/processes/process'
import { RELAY_SERVICE_ACCOUNT } from '@edge-issuer/testbed/relay/relay-process'
import { shippedNodeFlags } from './start-line.ts'

/** What a relay is started with. */
export interface ShippedRelayOptions {
  /** Path of its bundle. */
  readonly bundle: string
  readonly kubeconfig: string
  readonly logFile: string
  /** Flags beside those that connect it to the control plane: what is not set is as shipped. */
  readonly flags?: readonly string[]
  readonly syncTimeoutMs?: number
  /** The whole environment; empty by default. */
  readonly env?: Readonly<Record<string, string>>
}

/** A relay that has read everything. */
export interface ShippedRelay {
  readonly process: ManagedProcess
  /** On the loopback address. */
  readonly metricsPort: number
  /** Time from the start of the process until `/readyz` succeeds. */
  readonly syncedMs: number
}

const POLL_INTERVAL_MS = 5
const SYNC_TIMEOUT_MS = 60_000

/** Starts a relay and waits until it is synced. */
export async function startShippedRelay(options: ShippedRelayOptions): Promise<ShippedRelay> {
  const {
    bundle,
    kubeconfig,
    logFile,
    flags = [],
    env = {},
    syncTimeoutMs = SYNC_TIMEOUT_MS,
  } = options
  const [port = 0, metricsPort = 0] = await freePorts(2)
  const nodeFlags = await shippedNodeFlags()
  const startMs = performance.now()
  const relay = await startProcess({
    name: 'relay',
    command: process.execPath,
    args: [
      ...nodeFlags,
      bundle,
      `--kubeconfig=${kubeconfig}`,
      `--cluster-resource-namespace=${RELAY_SERVICE_ACCOUNT.namespace}`,
      `--health-probe-bind-address=127.0.0.1:${String(port)}`,
      `--metrics-bind-address=127.0.0.1:${String(metricsPort)}`,
      // Where the worker is.
      '--issuer-url-allow=127.0.0.0/8',
      ...flags,
    ],
    env,
    logFile,
  })
  while (!(await isReady(port))) {
    if (relay.end() !== undefined || performance.now() - startMs > syncTimeoutMs) {
      await relay.kill()
      throw new Error(`the relay did not sync: ${await relay.logTail()}`)
    }
    await sleep(POLL_INTERVAL_MS)
  }
  return { process: relay, metricsPort, syncedMs: performance.now() - startMs }
}

async function isReady(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  get({ host: '127.0.0.1', port, path: '/readyz', agent: false }, (response) => {
    response.resume()
    resolve(response.statusCode === 200)
  }).on('error', () => resolve(false))
  return promise
}
