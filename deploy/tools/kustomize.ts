/**
 * Kustomize, as it is in the kubectl of the control plane for tests: of one version, whatever is
 * installed on the machine.
 *
 * @module
 */
import { fileURLToPath } from 'node:url'
import { findOrBuildBinary } from '@edge-issuer/testbed/control-plane'
import { runCommand } from '@edge-issuer/testbed/processes/process'

/**
 * @param kustomization - Its folder in `deploy/kustomize/`: `base`, `overlays/namespaced`.
 * @returns The objects as one YAML text, in the order in which they can be applied.
 * @throws Error with what kubectl printed.
 */
export async function kustomize(kustomization: string): Promise<string> {
  return kustomizeFolder(fileURLToPath(new URL(`../kustomize/${kustomization}`, import.meta.url)))
}

/**
 * As {@link kustomize}, for a kustomization anywhere.
 *
 * @param folder - Path of its folder.
 */
export async function kustomizeFolder(folder: string): Promise<string> {
  const { path } = await findOrBuildBinary((line) => process.stderr.write(`${line}\n`))
  const { code, stdout, stderr } = await runCommand({
    command: path,
    args: ['kubectl', 'kustomize', folder],
    env: { PATH: process.env['PATH'] },
  })
  if (code !== 0) throw new Error(`kubectl kustomize ${folder}: ${stderr}`)
  return stdout
}
