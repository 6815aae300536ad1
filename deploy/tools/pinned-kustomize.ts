/**
 * The Kustomize in the testbed's kubectl, which has the same version on every machine. For tests and releases;
 * building it requires Go.
 *
 * @module
 */
import { findOrBuildBinary } from '@edge-issuer/testbed/control-plane'
import { type KustomizeCommand, renderKustomization, shippedKustomization } from './kustomize.ts'

/** Finds the command, and builds it if necessary. */
export async function pinnedKustomize(): Promise<KustomizeCommand> {
  const { path } = await findOrBuildBinary((line) => process.stderr.write(`${line}\n`))
  return [path, 'kubectl', 'kustomize']
}

/**
 * Renders a kustomization in `deploy/kustomize/`.
 *
 * @param name - Its folder: `base`, `overlays/namespaced`.
 * @throws Error with the standard error of kubectl.
 */
export async function kustomize(name: string): Promise<string> {
  return renderKustomization(await pinnedKustomize(), shippedKustomization(name))
}
