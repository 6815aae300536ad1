/**
 * The npm packages in an artifact, with what a bill of materials says about each.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ROOT } from './run-tool.ts'
import type { Component } from './sbom.ts'

/** A heading of THIRD_PARTY_NOTICES.txt, which follows a line of dashes. */
const HEADING = /^-{80}\n+(?<name>\S+) (?<version>\S+) \((?<license>[^)]+)\)$/gmu

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({ version: z.string().optional(), integrity: z.string().optional() }),
  ),
})

/** Hashes of the packages in package-lock.json by `NAME@VERSION`, as Subresource Integrity. */
export type Integrities = ReadonlyMap<string, string>

/** Reads package-lock.json. */
export async function readIntegrities(): Promise<Integrities> {
  const { packages } = lockSchema.parse(
    JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')),
  )
  return new Map(
    Object.entries(packages).flatMap(([path, { version, integrity }]) => {
      const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
      return version === undefined || integrity === undefined
        ? []
        : [[`${name}@${version}`, integrity] as const]
    }),
  )
}

/**
 * @param notices - Text of THIRD_PARTY_NOTICES.txt, which the bundler's list of modules is the source of.
 * @returns The packages in it.
 */
export const bundledPackages = (notices: string, integrities: Integrities): readonly Component[] =>
  [...notices.matchAll(HEADING)].map(({ groups }) =>
    npmComponent(
      {
        name: groups?.['name'] ?? '',
        version: groups?.['version'] ?? '',
        license: groups?.['license'] ?? '',
      },
      integrities,
    ),
  )

const packageSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.string(),
})

/** An npm package. */
export interface NpmPackage {
  readonly name: string
  readonly version: string
  readonly license: string
}

/** @returns The package that is installed in a folder. */
export const installedPackage = async (folder: string): Promise<NpmPackage> =>
  packageSchema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')))

/** @returns The package as a part of an artifact. */
export function npmComponent(
  { name, version, license }: NpmPackage,
  integrities: Integrities,
): Component {
  const sha512 = /^sha512-(?<hash>\S+)$/u.exec(integrities.get(`${name}@${version}`) ?? '')
  const hash = Buffer.from(sha512?.groups?.['hash'] ?? '', 'base64').toString('hex')
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    licenses: [{ license: { id: license } }],
    ...(hash === '' ? {} : { hashes: [{ alg: 'SHA-512', content: hash }] }),
  }
}
