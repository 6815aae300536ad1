/**
 * What is in each artifact of a release that contains software of others.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LOCAL_NODE_LABEL } from '../images/base.ts'
import { imageRepository } from '../images/images.ts'
import { IMAGE_FILES } from '../images/relay-files.ts'
import { workerdPackageFor, workerdPackages } from '../images/workerd-packages.ts'
import {
  bundledPackages,
  installedPackage,
  type Integrities,
  npmComponent,
} from './bundled-packages.ts'
import type { ReleasedImage } from './images.ts'
import type { Component } from './sbom.ts'

/** The artifact of a bill of materials, and what is in it. */
export interface Contents {
  readonly artifact: Component
  readonly components: readonly Component[]
}

const LICENSES = [{ license: { id: 'Apache-2.0' } }] as const

const packageComponent = (version: string): Component => ({
  type: 'application',
  'bom-ref': `pkg:npm/edge-issuer@${version}`,
  name: 'edge-issuer',
  version,
  purl: `pkg:npm/edge-issuer@${version}`,
  licenses: LICENSES,
})

/** @param folder - The npm package. */
export async function packageContents(
  folder: string,
  { version, integrities }: { readonly version: string; readonly integrities: Integrities },
): Promise<Contents> {
  return {
    artifact: packageComponent(version),
    components: bundledPackages(
      await readFile(join(folder, IMAGE_FILES.notices), 'utf8'),
      integrities,
    ),
  }
}

/** What the bill of materials of an image is made from. */
export interface ImageFacts {
  readonly version: string
  readonly integrities: Integrities
  /** Text of the relay's notices. */
  readonly relayNotices: string
  readonly package: Contents
}

/** The content of an image besides what its base contains. */
export async function imageContents(image: ReleasedImage, facts: ImageFacts): Promise<Contents> {
  return {
    artifact: {
      type: 'container',
      'bom-ref': purlOf(image),
      name: imageRepository(image.name),
      version: facts.version,
      purl: purlOf(image),
      licenses: LICENSES,
      hashes: [{ alg: 'SHA-256', content: image.sha256 }],
    },
    components: [...baseComponents(image), ...(await addedComponents(image, facts))],
  }
}

async function addedComponents(
  { name, architectures }: ReleasedImage,
  facts: ImageFacts,
): Promise<readonly Component[]> {
  if (name === 'relay') return bundledPackages(facts.relayNotices, facts.integrities)
  const command = [facts.package.artifact, ...facts.package.components]
  if (name === 'cli') return command
  // Only the binary for this machine is installed; the others have the same version and license.
  const [{ folder }] = workerdPackages()
  const workerd = await installedPackage(folder)
  const binaries = architectures.map((one) => ({ ...workerd, name: workerdPackageFor(one) }))
  return [
    ...command,
    ...[workerd, ...binaries].map((part) => npmComponent(part, facts.integrities)),
  ]
}

const purlOf = ({ name, sha256 }: ReleasedImage): string =>
  `pkg:oci/${name}@sha256%3A${sha256}?repository_url=${encodeURIComponent(imageRepository(name))}`

/**
 * The base image, which has Node. Its name ends with its digest, unless it was made on this machine: then the version of
 * Node is known.
 */
function baseComponents({ labels }: ReleasedImage): readonly Component[] {
  const name = labels['org.opencontainers.image.base.name'] ?? 'base image'
  const digest = labels['org.opencontainers.image.base.digest'] ?? name.split('@')[1] ?? ''
  const sha256 = /^sha256:(?<hash>[0-9a-f]{64})$/u.exec(digest)?.groups?.['hash']
  const base: Component = {
    type: 'container',
    'bom-ref': `base:${name}`,
    name,
    ...(sha256 === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: sha256 }] }),
  }
  const version = labels[LOCAL_NODE_LABEL]
  if (version === undefined) return [base]
  const purl = `pkg:generic/node@${version}`
  return [base, { type: 'application', 'bom-ref': purl, name: 'node', version, purl }]
}
