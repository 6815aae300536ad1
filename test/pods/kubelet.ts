/**
 * The kubelet of a node: makes it a node of the cluster, and runs its Pods.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { CONTAINERD_SOCKET } from './containerd.ts'
import { NODE_NAME } from './credentials.ts'
import type { NodeNamespaces } from './namespaces.ts'
import type { NodePartOptions } from './node-part.ts'

const READY_TIMEOUT_MS = 300_000
const WAIT = ['wait', `node/${NODE_NAME}`, '--for=condition=Ready', '--timeout=2s']

/** Starts it, and waits until the node is Ready. */
export async function startKubelet(
  { start }: NodeNamespaces,
  { state, binaries, credentials, plane, address }: NodePartOptions,
): Promise<void> {
  const config = join(state, 'kubelet.yaml')
  await writeFile(
    config,
    stringify({
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true },
        x509: { clientCAFile: credentials.authority },
      },
      authorization: { mode: 'Webhook' },
      tlsCertFile: credentials.kubeletCertificate,
      tlsPrivateKeyFile: credentials.kubeletKey,
      cgroupDriver: 'cgroupfs',
      failCgroupV1: false,
      failSwapOn: false,
      // Lower ones need a capability that a container's root may not have.
      oomScoreAdj: 0,
      // The machine's disk may be full; images are not deleted.
      evictionHard: {
        'memory.available': '100Mi',
        'nodefs.available': '0%',
        'nodefs.inodesFree': '0%',
        'imagefs.available': '0%',
      },
      imageGCHighThresholdPercent: 100,
      imageGCLowThresholdPercent: 99,
      resolvConf: '/run/resolv.conf',
      volumePluginDir: join(state, 'volume-plugins'),
      nodeStatusUpdateFrequency: '5s',
      syncFrequency: '10s',
      // Containers that end are restarted after a second, however often.
      crashLoopBackOff: { maxContainerRestartPeriod: '1s' },
    }),
  )
  await start({
    name: 'kubelet',
    command: binaries.kubernetes,
    args: [
      'kubelet',
      `--config=${config}`,
      `--kubeconfig=${credentials.kubeconfigs.kubelet}`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${address}`,
      '--root-dir=/var/lib/kubelet',
    ],
    readiness: {
      probe: async () => (await plane.kubectl(WAIT)).code === 0,
      timeoutMs: READY_TIMEOUT_MS,
    },
  })
}
