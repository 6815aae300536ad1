/**
 * Rules for package-lock.json: whatever platform installs, it gets the bytes that were locked.
 *
 * @module
 */
import { z } from 'zod'

const names = z.record(z.string(), z.string()).default({})
const entrySchema = z.looseObject({
  link: z.boolean().default(false),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  dependencies: names,
  optionalDependencies: names,
})

/** As much of a lock file as rules look into. */
export const lockSchema = z.looseObject({
  lockfileVersion: z.literal(3),
  packages: z.record(z.string(), entrySchema),
})

type Lock = z.infer<typeof lockSchema>

/** Of one SHA-512 in base64: weaker hashes beside it would be accepted instead. */
const INTEGRITY = /^sha512-[A-Za-z0-9+/]{86}==$/u
const REGISTRY = 'https://registry.npmjs.org/'

/** @returns What is not locked, packages for other platforms included. */
export function lockProblems({ packages }: Lock): readonly string[] {
  const entries = Object.entries(packages)
  const installed = entries.filter(([path, { link }]) => isInstalled(path) && !link)
  const needs = entries.flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies }).map((name) => ({ path, name })),
  )
  return [
    ...installed.flatMap(([path, entry]) => entryProblems(path, entry)),
    ...needs
      .filter(({ path, name }) => !resolves(packages, path, name))
      .map(({ path, name }) => `${path} needs ${name}, which is not locked`),
  ]
}

const isInstalled = (path: string): boolean => path.split('/').includes('node_modules')

const entryProblems = (
  path: string,
  { integrity, resolved }: z.infer<typeof entrySchema>,
): readonly string[] => [
  ...(INTEGRITY.test(integrity ?? '') ? [] : [`${path} has no integrity by SHA-512`]),
  ...(resolved === undefined || resolved.startsWith(REGISTRY)
    ? []
    : [`${path} comes from ${resolved}`]),
]

/** As Node resolves: in the node_modules of the package, or of a folder above. */
function resolves(packages: Lock['packages'], path: string, name: string): boolean {
  for (let folder = path; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/'), 0))) {
    const candidate = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
    if (packages[candidate] !== undefined) return true
    if (folder === '') return false
  }
}
