/**
 * Formats a certificate chain.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { decodePem } from '@edge-issuer/shared'

const LIMITS = { label: 'CERTIFICATE', maxBlocks: 10, maxCharacters: 330_000 } as const

/**
 * @param pem - Certificates, leaf first.
 * @returns A paragraph for each: subject, names, validity, issuer, fingerprint.
 */
export function showChain(pem: string): string {
  const blocks = decodePem(pem, LIMITS)
  if (!blocks.ok) return `not a chain: ${blocks.error}`
  return blocks.value.map((der, index) => showCertificate(der, index)).join('\n')
}

function showCertificate(der: Uint8Array, index: number): string {
  const { subject, subjectAltName, validFrom, validTo, issuer, fingerprint256 } =
    new X509Certificate(der)
  return [
    `${String(index)}  subject   ${inline(subject) || '(empty)'}`,
    ...(subjectAltName === undefined ? [] : [`   names     ${subjectAltName}`]),
    `   validity  ${validFrom} to ${validTo}`,
    `   issuer    ${inline(issuer)}`,
    `   sha256    ${fingerprint256.replaceAll(':', '').toLowerCase()}`,
    '',
  ].join('\n')
}

const inline = (name: string | undefined): string => (name ?? '').replaceAll('\n', ', ')
