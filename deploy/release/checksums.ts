import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DigestOf } from './provenance.ts'

/** Hashes every file in a folder, sorted by name. */
export async function hashFolder(folder: string): Promise<readonly DigestOf[]> {
  const hashes: DigestOf[] = []
  for (const name of (await readdir(folder)).toSorted()) {
    hashes.push({ name, sha256: await hashFile(join(folder, name)) })
  }
  return hashes
}

/** @returns The SHA-256 hash of a file in hexadecimal. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const bytes of createReadStream(file)) hash.update(bytes)
  return hash.digest('hex')
}

/** @returns The hashes in the format of sha256sum. */
export const sha256Sums = (hashes: readonly DigestOf[]): string =>
  hashes.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join('')
