/**
 * The one file of a backup: a tar archive (ustar, POSIX.1-1988) of regular files, which `tar -tf` lists. The
 * reader accepts what the writer writes and nothing else, so that no archive can name a path outside of its
 * target, a link or a device.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { err, ok, type Result } from '@edge-issuer/shared'
import { BLOCK, decodeHeader, encodeHeader } from '../files/tar-header.ts'

/** What is read at once, in bytes. */
const CHUNK = 1_048_576
/** Entries that are read of an archive; a worker has a handful for each client. */
const MAX_ENTRIES = 1_000_000

/** What was written, or must be found, of one file. */
export interface Content {
  readonly bytes: number
  /** Lower-case hexadecimal. */
  readonly sha256: string
}

/** A file in an archive. */
export interface ArchiveEntry {
  readonly name: string
  readonly bytes: number
  /** Where its content begins, in bytes. */
  readonly position: number
}

/** Takes the bytes of an archive; resolves when they may be overwritten. */
export type WriteBytes = (bytes: Uint8Array) => Promise<void>

/** Writes an archive from its first byte to its last one. */
export class ArchiveWriter {
  readonly #writeBytes: WriteBytes
  readonly #mtimeSeconds: number
  #written = 0

  constructor(writeBytes: WriteBytes, nowMs: number) {
    this.#writeBytes = writeBytes
    this.#mtimeSeconds = Math.floor(nowMs / 1000)
  }

  /** Bytes that were written. */
  get written(): number {
    return this.#written
  }

  async addText(name: string, text: string): Promise<Content> {
    const content = Buffer.from(text)
    await this.#writeHeader(name, content.length)
    await this.#write(content)
    await this.#write(padding(content.length))
    return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
  }

  /** @param path - Of a file that no one writes to meanwhile. */
  async addFile(name: string, path: string): Promise<Content> {
    const source = await open(path, 'r')
    try {
      const { size } = await source.stat()
      await this.#writeHeader(name, size)
      const hash = createHash('sha256')
      const buffer = Buffer.allocUnsafe(CHUNK)
      for (let at = 0; at < size;) {
        const { bytesRead } = await source.read(buffer, 0, CHUNK, at)
        if (bytesRead === 0) throw new Error(`"${path}" became shorter while it was read`)
        hash.update(buffer.subarray(0, bytesRead))
        await this.#write(buffer.subarray(0, bytesRead))
        at += bytesRead
      }
      await this.#write(padding(size))
      return { bytes: size, sha256: hash.digest('hex') }
    } finally {
      await source.close()
    }
  }

  /** Ends the archive. */
  async finish(): Promise<void> {
    await this.#write(Buffer.alloc(2 * BLOCK))
  }

  async #writeHeader(name: string, bytes: number): Promise<void> {
    await this.#write(
      encodeHeader({ kind: 'file', name, mode: 0o600, bytes, mtimeSeconds: this.#mtimeSeconds }),
    )
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0) await this.#writeBytes(bytes)
    this.#written += bytes.length
  }
}

/** @returns The entries of an archive in order; or why it is none. */
export async function listArchive(
  source: FileHandle,
): Promise<Result<readonly ArchiveEntry[], string>> {
  const { size } = await source.stat()
  const entries: ArchiveEntry[] = []
  const header = Buffer.alloc(BLOCK)
  let at = 0
  while (entries.length < MAX_ENTRIES && at + BLOCK <= size) {
    await source.read(header, 0, BLOCK, at)
    if (isZero(header)) return endOf(source, entries, at)
    const found = decodeHeader(header)
    if (entries.length === 0 && !FIRST_NAME.test(found?.name ?? '')) return err(NO_ARCHIVE)
    if (found === undefined) return err(`it is damaged at byte ${String(at)}`)
    const position = at + BLOCK
    entries.push({ ...found, position })
    at = position + found.bytes + padding(found.bytes).length
  }
  return err(entries.length === 0 ? NO_ARCHIVE : 'it is truncated')
}

/** An archive ends with two blocks of zeros, and nothing behind them. */
async function endOf(
  source: FileHandle,
  entries: readonly ArchiveEntry[],
  at: number,
): Promise<Result<readonly ArchiveEntry[], string>> {
  const end = Buffer.alloc(2 * BLOCK)
  const { bytesRead } = await source.read(end, 0, end.length, at)
  const { size } = await source.stat()
  const isEnd = bytesRead === end.length && isZero(end) && size === at + end.length
  return isEnd ? ok(entries) : err('it does not end where it should')
}

/** Of the first file of a backup: the record, if there is no database. */
const FIRST_NAME = /^(?:ledger\/|edge-issuer\.json$)/

const NO_ARCHIVE = 'it is not a backup that "edge-issuer worker backup" made'

/**
 * Reads the content of an entry in pieces.
 *
 * @returns What is wrong with the entry: its padding must be zero.
 */
export async function readEntry(
  source: FileHandle,
  { bytes, name, position }: ArchiveEntry,
  take: (piece: Buffer) => Promise<void> | void,
): Promise<Result<void, string>> {
  const buffer = Buffer.allocUnsafe(CHUNK)
  const end = bytes + padding(bytes).length
  for (let at = 0; at < end;) {
    const { bytesRead } = await source.read(buffer, 0, Math.min(CHUNK, end - at), position + at)
    if (bytesRead === 0) return err('it is truncated')
    const ofContent = Math.min(bytesRead, Math.max(0, bytes - at))
    if (!isZero(buffer.subarray(ofContent, bytesRead))) {
      return err(`${name} is damaged: its padding is not zero`)
    }
    await take(buffer.subarray(0, ofContent))
    at += bytesRead
  }
  return ok(undefined)
}

const isZero = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0)

const padding = (bytes: number): Buffer => Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK)
