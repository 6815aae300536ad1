/**
 * Certificates of a node's parts by the CA of the control plane: their identities for the API server,
 * and what the kubelet serves with.
 *
 * @module
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ControlPlane } from '@edge-issuer/testbed/control-plane'
import { writeKubeconfig } from '@edge-issuer/testbed/control-plane/kubeconfig'
import { issueLeaf, type LeafOptions, readAuthority } from '@edge-issuer/testbed/pki/pki'

/** Name of the one node. */
export const NODE_NAME = 'node'

/** Subjects are `O=<group>, CN=<user>` (Kubernetes, X.509 client certificates). */
const SUBJECTS = {
  kubelet: [{ O: ['system:nodes'] }, { CN: [`system:node:${NODE_NAME}`] }],
  'kube-proxy': [{ CN: ['system:kube-proxy'] }],
  'kube-scheduler': [{ CN: ['system:kube-scheduler'] }],
} as const satisfies Record<string, LeafOptions['subject']>

/** Paths. */
export interface NodeCredentials {
  readonly kubeconfigs: Readonly<Record<keyof typeof SUBJECTS, string>>
  readonly authority: string
  readonly kubeletCertificate: string
  readonly kubeletKey: string
}

/** Makes them in `folder`, for a node at this address. */
export async function createNodeCredentials(
  plane: ControlPlane,
  { folder, address }: { readonly folder: string; readonly address: string },
): Promise<NodeCredentials> {
  const inPlane = (name: string): string => join(plane.directory, 'pki', name)
  const issuer = await readAuthority({
    certificatePem: plane.caPem,
    keyPem: await readFile(inPlane('ca.key'), 'utf8'),
  })
  const kubeconfig = async (name: keyof typeof SUBJECTS): Promise<string> =>
    writeKubeconfig({
      folder,
      name,
      server: plane.server,
      caPem: plane.caPem,
      login: {
        kind: 'certificate',
        ...(await issueLeaf({ issuer, subject: [...SUBJECTS[name]], usage: 'client' })),
      },
    })
  const served = await issueLeaf({
    issuer,
    subject: [{ CN: [NODE_NAME] }],
    usage: 'server',
    dnsNames: [NODE_NAME],
    ipAddresses: [address],
  })
  const kubeletCertificate = join(folder, 'kubelet.crt')
  const kubeletKey = join(folder, 'kubelet.key')
  await writeFile(kubeletCertificate, served.certificatePem)
  await writeFile(kubeletKey, served.keyPem, { mode: 0o600 })
  return {
    kubeconfigs: {
      kubelet: await kubeconfig('kubelet'),
      'kube-proxy': await kubeconfig('kube-proxy'),
      'kube-scheduler': await kubeconfig('kube-scheduler'),
    },
    authority: inPlane('ca.crt'),
    kubeletCertificate,
    kubeletKey,
  }
}
