import {
  decodeBase64,
  decodeFirstPemBlock,
  decodePemRequest,
  err,
  MAX_PEM_REQUEST_BYTES,
  ok,
  type Result,
} from '@edge-issuer/shared'
import { derKind, pemKind } from '../files/file-kind.ts'

/** First byte of every DER certification request: a SEQUENCE (RFC 2986 §4.2). */
const DER_SEQUENCE = 0x30

const BYTE_ORDER_MARK = Buffer.from('\uFEFF')
const PEM_BEGIN = '-----BEGIN '
const EXPECTED = 'expected a certification request (PKCS#10) in PEM, DER or base64'

/**
 * Decodes a certification request from PEM (the first block, like cert-manager), DER, or base64 of either. Does not
 * check its contents.
 *
 * @returns DER, or an error message about the file.
 */
export function unwrapCsr(content: Uint8Array): Result<Uint8Array, string> {
  if (content.length === 0) return err(`is empty; ${EXPECTED}`)
  if (isUtf16(content)) return err('is UTF-16 text; save it as UTF-8 or ASCII')
  if (content[0] === DER_SEQUENCE) return unwrapDer(content)
  const text = withoutByteOrderMark(content)
  return text.includes(PEM_BEGIN) ? unwrapPem(text) : unwrapBase64(text)
}

function unwrapDer(der: Uint8Array): Result<Uint8Array, string> {
  const kind = derKind(der)
  return kind === undefined ? ok(der) : err(`is ${kind}; ${EXPECTED}`)
}

function unwrapPem(text: Buffer): Result<Uint8Array, string> {
  const request = decodePemRequest(text)
  if (request.ok) return unwrapDer(request.value)
  if (text.length > MAX_PEM_REQUEST_BYTES) return request
  const kind = pemKind(decodeFirstPemBlock(text)?.label ?? '')
  return kind === undefined ? request : err(`has ${kind} as its first PEM block; ${EXPECTED}`)
}

function unwrapBase64(text: Buffer): Result<Uint8Array, string> {
  const decoded = decodeBase64(text.toString('latin1').replaceAll(/[ \t\r\n]/g, ''))
  if (decoded?.[0] === DER_SEQUENCE) return unwrapDer(decoded)
  if (decoded !== undefined) {
    const inner = withoutByteOrderMark(decoded)
    if (inner.includes(PEM_BEGIN)) return unwrapPem(inner)
  }
  return err(`is ${textKind(text)}; ${EXPECTED}`)
}

/** Whether the text is UTF-16: it has a byte order mark, or every other byte of the first characters is zero. */
const isUtf16 = ([first, second, third, fourth]: Uint8Array): boolean =>
  (first === 0xff && second === 0xfe) ||
  (first === 0xfe && second === 0xff) ||
  (first === 0 && second !== 0 && third === 0 && fourth !== 0) ||
  (first !== 0 && second === 0 && third !== 0 && fourth === 0)

function withoutByteOrderMark({ buffer, byteOffset, length }: Uint8Array): Buffer {
  const text = Buffer.from(buffer, byteOffset, length)
  const hasMark = text.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK)
  return hasMark ? text.subarray(BYTE_ORDER_MARK.length) : text
}

function textKind(text: Buffer): string {
  switch (text.toString('latin1').trimStart()[0]) {
    case '<': {
      return 'HTML or XML'
    }
    case '{':
    case '[': {
      return 'JSON'
    }
    case undefined:
    default: {
      return 'neither PEM nor DER nor base64'
    }
  }
}
