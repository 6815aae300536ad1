/**
 * The caBundle of an issuer. The CRD checks its length and how it begins; where an older CRD is installed,
 * or an object is older than that check, it is found here.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { decodeBase64, decodePem, encodePem, err, ok, type Result } from '@edge-issuer/shared'

/** The CRD's limit: characters of base64. */
export const MAX_CA_BUNDLE = 65_536

/** As the CRD's rule. */
const BEGIN = /^[ \t\r\n]*-----BEGIN CERTIFICATE-----/
/** More certificates than fit into the limit. */
const MAX_CERTIFICATES = 512

/** @returns The certificates in PEM, or what is wrong. */
export function readCaBundle(caBundle: string): Result<string, string> {
  if (caBundle.length > MAX_CA_BUNDLE) {
    return err(
      `spec.caBundle exceeds the maximum of ${String(MAX_CA_BUNDLE)} characters (${String(caBundle.length)}); keep only the roots of the worker's TLS certificate`,
    )
  }
  const bytes = decodeBase64(caBundle)
  if (bytes === undefined) return invalid('is not base64')
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  if (!BEGIN.test(text)) {
    return invalid('holds no certificates: expected "-----BEGIN CERTIFICATE-----" at its beginning')
  }
  const certificates = decodePem(text, {
    label: 'CERTIFICATE',
    maxBlocks: MAX_CERTIFICATES,
    maxCharacters: MAX_CA_BUNDLE,
  })
  if (!certificates.ok) return invalid(`holds no certificates: ${certificates.error}`)
  const bad = certificates.value.findIndex((der) => !isCertificate(der))
  if (bad >= 0)
    return invalid(`holds something else than a certificate in block ${String(bad + 1)}`)
  return ok(certificates.value.map((der) => encodePem('CERTIFICATE', der)).join(''))
}

const invalid = (found: string): Result<never, string> =>
  err(`spec.caBundle ${found}; expected base64 of PEM certificates`)

function isCertificate(der: Uint8Array): boolean {
  try {
    return new X509Certificate(der).raw.length > 0
  } catch {
    return false
  }
}
