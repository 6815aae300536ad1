/**
 * The header of an entry in a tar archive (ustar, POSIX.1-1988). Pure.
 *
 * @module
 */
import { posix } from 'node:path'

/** Unit of an archive, in bytes. */
export const BLOCK = 512

/** Largest size that fits into the octal digits of its field; above, it is binary as GNU tar writes it. */
const MAX_OCTAL_SIZE = 0o77777777777

/** Fields of a header: offset and length in bytes. */
const FIELD = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 8],
  prefix: [345, 155],
} as const satisfies Record<string, readonly [number, number]>

/** First byte of a size that is binary. */
const BINARY_SIZE = 0x80

const MAGIC = 'ustar\u{0}00'
const TYPE = { file: '0', folder: '5' } as const

/** What a header says of a file. */
export interface HeaderFields {
  /** Path with slashes, of ASCII: at most 99 characters after the last slash, and 154 before it. */
  readonly name: string
  readonly bytes: number
}

/** What is written besides: the entry belongs to root. */
export interface EntryFields extends HeaderFields {
  readonly kind: keyof typeof TYPE
  /** Permission bits. */
  readonly mode: number
  readonly mtimeSeconds: number
}

/** @returns The header of an entry. @throws Error when the name is too long */
export function encodeHeader(entry: EntryFields): Buffer {
  const header = Buffer.alloc(BLOCK)
  const write = ([at]: readonly [number, number], text: string): void => {
    header.write(text, at, 'latin1')
  }
  const { dir, base } = posix.parse(entry.name)
  if (base.length >= FIELD.name[1] || dir.length >= FIELD.prefix[1]) {
    throw new Error(`the name ${entry.name} is too long`)
  }
  write(FIELD.name, entry.kind === 'folder' ? `${base}/` : base)
  write(FIELD.prefix, dir)
  write(FIELD.mode, `${octal(entry.mode, 7)}\u{0}`)
  write(FIELD.uid, '0000000\u{0}')
  write(FIELD.gid, '0000000\u{0}')
  writeSize(header, entry.bytes)
  write(FIELD.mtime, `${octal(entry.mtimeSeconds, 11)}\u{0}`)
  write(FIELD.type, TYPE[entry.kind])
  write(FIELD.magic, MAGIC)
  write(FIELD.checksum, checksumField(header))
  return header
}

/** @returns `undefined` for what is not the header of a file that {@link encodeHeader} made: other types, a wrong checksum. */
export function decodeHeader(header: Buffer): HeaderFields | undefined {
  const text = ([at, length]: readonly [number, number]): string =>
    header.toString('latin1', at, at + length)
  const bytes = readSize(header)
  const isOurs =
    text(FIELD.magic) === MAGIC &&
    text(FIELD.type) === TYPE.file &&
    text(FIELD.checksum) === checksumField(header)
  if (!isOurs || bytes === undefined) return undefined
  const [dir = '', base = ''] = [FIELD.prefix, FIELD.name].map((field) => untilZero(text(field)))
  return { name: dir === '' ? base : `${dir}/${base}`, bytes }
}

function writeSize(header: Buffer, bytes: number): void {
  const [at, length] = FIELD.size
  if (bytes <= MAX_OCTAL_SIZE) {
    header.write(`${octal(bytes, 11)}\u{0}`, at, 'latin1')
    return
  }
  header[at] = BINARY_SIZE
  header.writeBigUInt64BE(BigInt(bytes), at + length - 8)
}

function readSize(header: Buffer): number | undefined {
  const [at, length] = FIELD.size
  if (header[at] === BINARY_SIZE) {
    const bytes = Number(header.readBigUInt64BE(at + length - 8))
    return Number.isSafeInteger(bytes) ? bytes : undefined
  }
  const digits = header.toString('latin1', at, at + length - 1)
  return /^[0-7]{11}$/.test(digits) ? Number.parseInt(digits, 8) : undefined
}

/** The sum of all bytes, with the field of the sum as spaces. */
function checksumField(header: Buffer): string {
  const [at, length] = FIELD.checksum
  let sum = 0
  for (const [index, byte] of header.entries()) {
    sum += index >= at && index < at + length ? 0x20 : byte
  }
  return `${octal(sum, 6)}\u{0} `
}

const untilZero = (text: string): string => text.split('\u{0}', 1)[0] ?? ''

const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
