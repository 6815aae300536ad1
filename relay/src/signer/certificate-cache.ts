/**
 * CertificateCache that came with answers. Those of CAs come again with each of them: they are read once,
 * and a signature that was found good is not verified again.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { decodePem, encodePem, err, ok, type PemLimits, type Result } from '@edge-issuer/shared'
import { type Certificate, parseCertificate } from '@edge-issuer/shared/x509'

/** One certificate, by our reader for its parts and by Node for its signature. */
export interface ParsedCertificate {
  readonly pem: string
  readonly parts: Certificate
  readonly x509: X509Certificate
}

/** Where a list of certificates comes from: only the first of a chain is a new one each time. */
export type Source = 'chain' | 'bundle'

/** More CAs than an issuer has. Beyond it the one that was read first is forgotten. */
const MAX_REMEMBERED = 64

/** Reads certificates, and caches those of CAs by their DER. */
export class CertificateCache {
  readonly #remembered = new Map<string, ParsedCertificate>()
  /** Who signed a certificate that is remembered. */
  readonly #signers = new WeakMap<ParsedCertificate, WeakSet<ParsedCertificate>>()

  /** @returns The certificates in PEM, in their order; or what is wrong. */
  read(
    pem: string,
    source: Source,
    limits: PemLimits,
  ): Result<readonly ParsedCertificate[], string> {
    const blocks = decodePem(pem, limits)
    if (!blocks.ok) return blocks
    const links: ParsedCertificate[] = []
    for (const der of blocks.value) {
      const isLeaf = source === 'chain' && links.length === 0
      const link = isLeaf ? readCertificate(der) : this.#recall(der)
      if (!link.ok) return link
      links.push(link.value)
    }
    return ok(links)
  }

  /** Whether `signer` is the issuer of `link` by name and key identifiers, and by its signature. */
  isIssuedBy(link: ParsedCertificate, signer: ParsedCertificate): boolean {
    const signers = this.#signers.get(link)
    if (signers?.has(signer) === true) return true
    const isIssued = link.x509.checkIssued(signer.x509) && link.x509.verify(signer.x509.publicKey)
    if (isIssued) this.#signers.set(link, (signers ?? new WeakSet()).add(signer))
    return isIssued
  }

  #recall(der: Uint8Array): Result<ParsedCertificate, string> {
    const key = Buffer.from(der).toString('latin1')
    const known = this.#remembered.get(key)
    if (known !== undefined) return ok(known)
    const link = readCertificate(der)
    if (!link.ok) return link
    this.#remembered.set(key, link.value)
    const [oldest] = this.#remembered.keys()
    if (this.#remembered.size > MAX_REMEMBERED && oldest !== undefined) {
      this.#remembered.delete(oldest)
    }
    return link
  }
}

/** SHA-256 of a certificate's DER, lower-case hexadecimal: identifies issuing CAs and roots. */
export const fingerprint = ({ x509 }: ParsedCertificate): string =>
  x509.fingerprint256.replaceAll(':', '').toLowerCase()

function readCertificate(der: Uint8Array): Result<ParsedCertificate, string> {
  const parts = parseCertificate(der)
  if (!parts.ok) return err(parts.error.message)
  const x509 = readX509(der)
  if (x509 === undefined) return err('a certificate cannot be read')
  return ok({ pem: encodePem('CERTIFICATE', der), parts: parts.value, x509 })
}

function readX509(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der)
  } catch {
    return undefined
  }
}
