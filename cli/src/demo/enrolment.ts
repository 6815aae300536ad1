/**
 * Enrols the cluster of the demo at its worker, with the commands that an admin runs.
 *
 * @module
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DemoCluster, ServiceAccountRef } from './cluster.ts'
import type { EdgeIssuer } from './edge-issuer.ts'
import { ISSUER_SERVICE_ACCOUNT, type Manifests } from './objects.ts'
import { RELAY_SERVICE_ACCOUNT } from './relay.ts'
import { adminFlags, type DemoSigner } from './signer.ts'

/** Name of the cluster at the worker. */
const CLIENT = 'demo-cluster'

/** Options for {@link enrolCluster}. */
export interface Enrolment {
  readonly cluster: DemoCluster
  readonly signer: DemoSigner
  /** For the entry of the client; absolute. */
  readonly directory: string
  readonly run: EdgeIssuer
}

/**
 * Registers the keys of the cluster's tokens, also after an earlier run with another cluster.
 *
 * @returns Prints the issuers that use the client.
 */
export async function enrolCluster(enrolment: Enrolment): Promise<Manifests> {
  const { cluster, signer, directory, run } = enrolment
  const subjects = [RELAY_SERVICE_ACCOUNT, ISSUER_SERVICE_ACCOUNT].map(subjectOf)
  const entry = await run([
    'clients',
    'add',
    CLIENT,
    '--from-cluster',
    `--kubeconfig=${cluster.kubeconfig}`,
    ...(cluster.target === undefined ? [] : [`--kube-context=${cluster.target.context}`]),
    ...subjects.map((subject) => `--subject=${subject}`),
    '--unrestricted',
    '--print',
  ])
  const file = join(directory, 'clients.yaml')
  await writeFile(file, entry)
  // "clients add" alone leaves a client that exists as it is.
  await run(['clients', 'apply', `--file=${file}`, ...adminFlags(signer)])
  return async (flags) =>
    run(['issuer', 'manifest', `--client=${CLIENT}`, ...flags, ...adminFlags(signer)])
}

const subjectOf = ({ namespace, name }: ServiceAccountRef): string =>
  `system:serviceaccount:${namespace}:${name}`
