/**
 * The manifests that this repository ships.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

/** Files of each set, in the order in which they can be applied. */
const FILES = {
  crds: ['crds/issuers.yaml', 'crds/clusterissuers.yaml'],
  relay: [
    'deploy/rbac/namespace.yaml',
    'deploy/rbac/relay.yaml',
    'deploy/rbac/leader-election.yaml',
    'deploy/rbac/metrics.yaml',
    'deploy/rbac/credential-reader.yaml',
    'deploy/rbac/relay-token.yaml',
  ],
  approve: ['deploy/rbac/cert-manager-approve.yaml'],
} as const

/** A part of what is shipped. */
export type ManifestSet = keyof typeof FILES

/** @returns One YAML text with every object of the sets named. */
export async function manifests(...sets: readonly ManifestSet[]): Promise<string> {
  const names = sets.flatMap((set) => FILES[set])
  const texts = await Promise.all(
    names.map(async (name) =>
      readFile(fileURLToPath(new URL(`../../../${name}`, import.meta.url)), 'utf8'),
    ),
  )
  return texts.join('\n---\n')
}
