/**
 * Writes tar archives (POSIX ustar) that depend on their files only: entries are sorted, and owned by root with a time
 * of zero.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BLOCK, encodeHeader } from '../../cli/src/files/tar-header.ts'

/** A file of an archive. */
export interface TarFile {
  /** Path in the archive, without a slash at its start. */
  readonly path: string
  /** Permission bits. */
  readonly mode: number
  /** Path of the file to copy, or its content. */
  readonly source: string | Uint8Array
}

/** A file that was written. */
export interface WrittenFile {
  /** In hexadecimal. */
  readonly sha256: string
  readonly size: number
}

const READ_BYTES = 1 << 20
const DIRECTORY_MODE = 0o755

/** Creates the archive `output` with the files and their folders. */
export async function writeTar(files: readonly TarFile[], output: string): Promise<WrittenFile> {
  const hash = createHash('sha256')
  let size = 0
  await using handle = await open(output, 'w')
  for await (const bytes of entriesOf(files)) {
    hash.update(bytes)
    size += bytes.length
    await handle.appendFile(bytes)
  }
  return { sha256: hash.digest('hex'), size }
}

async function* entriesOf(files: readonly TarFile[]): AsyncGenerator<Uint8Array> {
  const folders = new Set(files.flatMap(({ path }) => foldersOf(path)))
  const entries = new Map<string, TarFile | undefined>([
    ...[...folders].map((folder) => [`${folder}/`, undefined] as const),
    ...files.map((file) => [file.path, file] as const),
  ])
  for (const path of [...entries.keys()].toSorted(byCodeUnit)) {
    const file = entries.get(path)
    if (file === undefined) {
      yield encodeHeader({
        kind: 'folder',
        name: path,
        mode: DIRECTORY_MODE,
        bytes: 0,
        mtimeSeconds: 0,
      })
    } else yield* fileEntry(file)
  }
  // Two empty blocks are the end.
  yield Buffer.alloc(2 * BLOCK)
}

async function* fileEntry({ path, mode, source }: TarFile): AsyncGenerator<Uint8Array> {
  const size = typeof source === 'string' ? (await stat(source)).size : source.length
  yield encodeHeader({ kind: 'file', name: path, mode, bytes: size, mtimeSeconds: 0 })
  let written = 0
  for await (const bytes of contentOf(source)) {
    written += bytes.length
    yield bytes
  }
  if (written !== size) throw new Error(`${path} changed while it was read`)
  const rest = size % BLOCK
  if (rest > 0) yield Buffer.alloc(BLOCK - rest)
}

async function* contentOf(source: string | Uint8Array): AsyncGenerator<Uint8Array> {
  if (typeof source === 'string') yield* createReadStream(source, { highWaterMark: READ_BYTES })
  else yield source
}

/** Folders that a path is in, outermost first. */
function foldersOf(path: string): readonly string[] {
  const folder = dirname(path)
  return folder === '.' ? [] : [...foldersOf(folder), folder]
}

/** The order of paths that does not depend on a locale. */
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
