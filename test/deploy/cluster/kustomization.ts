/**
 * A kustomization of a user's own, of what is shipped.
 *
 * @module
 */
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { renderKustomization } from '../../../deploy/tools/kustomize.ts'
import { pinnedKustomize } from '../../../deploy/tools/pinned-kustomize.ts'

const SHIPPED = fileURLToPath(new URL('../../../deploy/kustomize', import.meta.url))

/** What a kustomization consists of. */
export interface Kustomization {
  /** Folders in `deploy/kustomize/`. */
  readonly resources: readonly string[]
  /** Folders in `deploy/kustomize/components/`. */
  readonly components: readonly string[]
  readonly patches?: readonly object[]
}

/** @returns Its objects as YAML. @throws Error with what kubectl printed. */
export async function kustomization({
  resources,
  components,
  patches = [],
}: Kustomization): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'kustomization-')))
  try {
    const shipped = relative(folder, SHIPPED)
    const text = stringify({
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: resources.map((name) => join(shipped, name)),
      components: components.map((name) => join(shipped, 'components', name)),
      patches,
    })
    await writeFile(join(folder, 'kustomization.yaml'), text)
    return await renderKustomization(await pinnedKustomize(), folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Lets Issuers have URLs with these hosts: the patch that the component `issuer-urls` documents. */
export const allowHosts = (hosts: readonly string[]): object => ({
  target: { kind: 'ValidatingAdmissionPolicy', name: 'edge-issuer-issuer-urls' },
  patch: stringify([
    { op: 'replace', path: '/spec/variables/0/expression', value: JSON.stringify(hosts) },
  ]),
})

/** Lets the workers of Issuers be there, besides at public addresses: the patch that docs/security.md shows. */
export const allowDestinations = (list: string): object => ({
  target: { kind: 'Deployment', name: 'edge-issuer-relay' },
  patch: stringify([
    {
      op: 'add',
      path: '/spec/template/spec/containers/0/args/-',
      value: `--issuer-url-allow=${list}`,
    },
  ]),
})
