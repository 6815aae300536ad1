/**
 * The names of a certificate, as its row has them.
 *
 * @module
 */
import { parseCertificate } from '@edge-issuer/shared/x509'
import * as z from 'zod/mini'

/** As `recordIssuance` writes them; rows of earlier versions have no common names. */
const namesSchema = z.object({
  subject: z.string(),
  subjectAltNames: z.array(z.string()),
  commonNames: z.optional(z.array(z.string())),
})

/** The names of one certificate. */
export interface StoredNames {
  /** RFC 4514. */
  readonly subject: string
  /** As certificates show them: `DNS:a.example`. */
  readonly subjectAltNames: readonly string[]
  readonly commonNames: readonly string[]
}

/**
 * @param names - The column of this name.
 * @param certificate - DER: where the common names are if the column has none.
 */
export function storedNames(names: string, certificate: ArrayBuffer): StoredNames {
  const { subject, subjectAltNames, commonNames } = namesSchema.parse(JSON.parse(names))
  return {
    subject,
    subjectAltNames,
    commonNames: commonNames ?? commonNamesOf(new Uint8Array(certificate)),
  }
}

function commonNamesOf(der: Uint8Array): readonly string[] {
  const certificate = parseCertificate(der)
  if (!certificate.ok) return []
  return certificate.value.subject.rdns
    .flat()
    .flatMap(({ type, value }) => (type === 'CN' ? [value] : []))
}
