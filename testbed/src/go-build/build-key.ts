/**
 * What a built binary depends on, as the name of its folder in the cache.
 * @module
 */
import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'

const HASH_CHARACTERS = 20

/** The Go tool that builds, as `go env` describes it: `go1.26.8`, `linux`, `amd64`. */
export interface GoToolchain {
  readonly version: string
  readonly os: string
  readonly architecture: string
}

/** SHA-256 (hex, shortened) over go.mod, go.sum, every Go file and the flags of the build. */
export async function hashSources(folder: string, flags: readonly string[]): Promise<string> {
  const files = (await readdir(folder)).filter(
    (name) => name === 'go.mod' || name === 'go.sum' || name.endsWith('.go'),
  )
  const hash = createHash('sha256').update(JSON.stringify(flags))
  for (const name of files.toSorted()) {
    const content = await readFile(join(folder, name))
    // The length keeps a file's end from being taken for the next file's beginning.
    hash.update(JSON.stringify([name, content.length])).update(content)
  }
  return hash.digest('hex').slice(0, HASH_CHARACTERS)
}

/** The cache entry for one state of the sources and one Go tool. */
export function entryName(sourceHash: string, go: GoToolchain): string {
  return `${sourceHash}-${go.version}-${go.os}-${go.architecture}`
}

/** Whether an entry was built from these sources for this platform, by whichever version of Go. */
export function isEntryFor(name: string, sourceHash: string, platform: string): boolean {
  return name.startsWith(`${sourceHash}-`) && name.endsWith(`-${platform}`)
}
