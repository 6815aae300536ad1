/**
 * Finds workerd for this machine, in the version that wrangler uses.
 *
 * @module
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** An installed npm package. */
export interface InstalledPackage {
  readonly name: string
  readonly folder: string
}

/**
 * @param architecture - As Node or OCI images name it: `x64`, `amd64`, `arm64`.
 * @returns Name of the package with the binary for it.
 */
export const workerdPackageFor = (architecture: string): string =>
  `@cloudflare/workerd-linux-${/^(?:x64|amd64)$/u.test(architecture) ? '64' : architecture}`

/** @returns The package `workerd`, and the one with its binary. */
export function workerdPackages(): readonly [InstalledPackage, InstalledPackage] {
  const ofWrangler = createRequire(createRequire(import.meta.url).resolve('wrangler/package.json'))
  const workerd = ofWrangler.resolve('workerd/package.json')
  const name = workerdPackageFor(process.arch)
  const binary = createRequire(workerd).resolve(`${name}/package.json`)
  return [
    { name: 'workerd', folder: dirname(workerd) },
    { name, folder: dirname(binary) },
  ]
}

/** @returns Path of the binary. */
export const workerdBinary = (): string => join(workerdPackages()[1].folder, 'bin/workerd')
