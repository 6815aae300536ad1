/**
 * Recognizes other files than certification requests by their first bytes, for error messages and so that a
 * private key is never sent to a worker by mistake.
 *
 * @module
 */

import { toHex } from '@edge-issuer/shared/x509'

/** PEM labels. */
const PEM_KINDS: readonly (readonly [RegExp, string])[] = [
  [/ENCRYPTED PRIVATE KEY$/, 'an encrypted private key'],
  [/PRIVATE KEY$/, 'a private key'],
  [/PUBLIC KEY$/, 'a public key'],
  [/^(X509 |TRUSTED )?CERTIFICATE$/, 'a certificate'],
  [/^(PKCS7|PKCS #7 SIGNED DATA|CMS)$/, 'a PKCS#7 bundle'],
  [/^X509 CRL$/, 'a revocation list'],
]

/** @returns What a PEM block with this label contains; `undefined` for an unknown label. */
export const pemKind = (label: string): string | undefined =>
  PEM_KINDS.find(([pattern]) => pattern.test(label))?.[1]

/** Content of DER by its {@link shapeOf}. A certification request has `30(02 30 30 a0) 30 03`. */
const DER_KINDS: readonly (readonly [RegExp, string])[] = [
  // ContentInfo (RFC 2315 §7).
  [/^06/, 'a PKCS#7 bundle'],
  // PFX (RFC 7292 §4).
  [/^02 30( 30)?$/, 'a PKCS#12 file'],
  // PKCS#8 (RFC 5958 §2), SEC1 (RFC 5915 §3), PKCS#1 (RFC 8017 A.1.2).
  [/^02 (30 04|04|02 02)/, 'a private key'],
  [/^02 02$/, 'a public key'],
  // EncryptedPrivateKeyInfo (RFC 5958 §3), SubjectPublicKeyInfo.
  [/^30\(06[^)]*\) 04$/, 'an encrypted private key'],
  [/^30\(06[^)]*\) 03$/, 'a public key'],
  // Version 3 and version 1.
  [/^30\((a0|02 30 30 30)/, 'a certificate'],
  [/^30\(02 30 30 1[78]/, 'a revocation list'],
]

/** Number of elements of one SEQUENCE that are compared. */
const MAX_ELEMENTS = 4

/**
 * @param der - Begins with a SEQUENCE.
 * @returns What it is; `undefined` for a certification request and for an unknown structure.
 */
export function derKind(der: Uint8Array): string | undefined {
  const shape = shapeOf(der)
  return DER_KINDS.find(([pattern]) => pattern.test(shape))?.[1]
}

/** Tags of the elements in the outer SEQUENCE, and of those in its first element. */
function shapeOf(der: Uint8Array): string {
  const [outer] = elementsOf(der)
  const fields = elementsOf(outer?.contents ?? der)
  const [first] = fields
  const tags = fields.map(({ tag }) => toHex(Uint8Array.of(tag)))
  if (first?.tag !== SEQUENCE) return tags.join(' ')
  const inner = elementsOf(first.contents).map(({ tag }) => toHex(Uint8Array.of(tag)))
  return [`30(${inner.join(' ')})`, ...tags.slice(1)].join(' ')
}

const SEQUENCE = 0x30

interface Element {
  readonly tag: number
  readonly contents: Uint8Array
}

/** The first elements of a SEQUENCE. Malformed input only gives a less precise message. */
function elementsOf(bytes: Uint8Array): readonly Element[] {
  const elements: Element[] = []
  for (let at = 0; at + 1 < bytes.length && elements.length < MAX_ELEMENTS;) {
    const short = bytes[at + 1] ?? 0
    const more = short < 0x80 ? 0 : short - 0x80
    const contentsAt = at + 2 + more
    const length = more === 0 ? short : Number(`0x${toHex(bytes.subarray(at + 2, contentsAt))}`)
    elements.push({
      tag: bytes[at] ?? 0,
      contents: bytes.subarray(contentsAt, contentsAt + length),
    })
    at = contentsAt + length
  }
  return elements
}
