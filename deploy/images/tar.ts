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

const BLOCK_BYTES = 512
const READ_BYTES = 1 << 20
const DIRECTORY_MODE = 0o755
/** Field widths of ustar. */
const NAME_BYTES = 100
const PREFIX_BYTES = 155

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
    if (file === undefined) yield header({ path, mode: DIRECTORY_MODE, size: 0 })
    else yield* fileEntry(file)
  }
  // Two empty blocks are the end.
  yield Buffer.alloc(2 * BLOCK_BYTES)
}

async function* fileEntry({ path, mode, source }: TarFile): AsyncGenerator<Uint8Array> {
  const size = typeof source === 'string' ? (await stat(source)).size : source.length
  yield header({ path, mode, size })
  let written = 0
  for await (const bytes of contentOf(source)) {
    written += bytes.length
    yield bytes
  }
  if (written !== size) throw new Error(`${path} changed while it was read`)
  const rest = size % BLOCK_BYTES
  if (rest > 0) yield Buffer.alloc(BLOCK_BYTES - rest)
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

interface Header {
  readonly path: string
  readonly mode: number
  readonly size: number
}

function header({ path, mode, size }: Header): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES)
  const { name, prefix } = splitPath(path)
  block.write(name, 0)
  block.write(octal(mode, 8), 100)
  // Owner and group.
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(size, 12), 124)
  // Modification time.
  block.write(octal(0, 12), 136)
  // The checksum is computed with spaces in its field.
  block.write(' '.repeat(8), 148)
  block.write(path.endsWith('/') ? '5' : '0', 156)
  block.write('ustar\u000000', 257)
  block.write(octal(0, 8), 329)
  block.write(octal(0, 8), 337)
  block.write(prefix, 345)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

const octal = (value: number, width: number): string =>
  `${value.toString(8).padStart(width - 1, '0')}\0`

/** @throws Error for a path that ustar cannot express. */
function splitPath(path: string): { readonly name: string; readonly prefix: string } {
  if (Buffer.byteLength(path) <= NAME_BYTES) return { name: path, prefix: '' }
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)]
    const isNameShort = Buffer.byteLength(name) <= NAME_BYTES && name !== ''
    if (isNameShort && Buffer.byteLength(prefix) <= PREFIX_BYTES) return { name, prefix }
  }
  throw new Error(`the path is too long for a tar archive: ${path}`)
}
