/**
 * kube-proxy of a node: gives Services their addresses, by nftables.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { POD_SUBNET } from './containerd.ts'
import { NODE_NAME } from './credentials.ts'
import type { NodeNamespaces } from './namespaces.ts'
import type { NodePartOptions } from './node-part.ts'

/** Starts it; Services can be reached a little later. */
export async function startKubeProxy(
  { start }: NodeNamespaces,
  { state, binaries, credentials }: NodePartOptions,
): Promise<void> {
  const config = join(state, 'kube-proxy.yaml')
  await writeFile(
    config,
    stringify({
      apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
      kind: 'KubeProxyConfiguration',
      mode: 'nftables',
      clientConnection: { kubeconfig: credentials.kubeconfigs['kube-proxy'] },
      clusterCIDR: POD_SUBNET,
      oomScoreAdj: 0,
      // The limits of connection tracking are the machine's.
      conntrack: { maxPerCore: 0, min: 0 },
    }),
  )
  await start({
    name: 'kube-proxy',
    command: binaries.kubernetes,
    args: ['kube-proxy', `--config=${config}`, `--hostname-override=${NODE_NAME}`],
  })
}
