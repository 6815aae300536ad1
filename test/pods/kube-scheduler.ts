/**
 * kube-scheduler: finds Pods their node.
 *
 * @module
 */
import type { NodeNamespaces } from './namespaces.ts'
import type { NodePartOptions } from './node-part.ts'

/** Starts it beside the node, in the same namespaces: it ends with them. */
export async function startKubeScheduler(
  { start }: NodeNamespaces,
  { binaries, credentials }: NodePartOptions,
): Promise<void> {
  await start({
    name: 'kube-scheduler',
    command: binaries.kubernetes,
    args: [
      'kube-scheduler',
      `--kubeconfig=${credentials.kubeconfigs['kube-scheduler']}`,
      '--leader-elect=false',
    ],
  })
}
