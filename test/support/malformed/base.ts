import { type CsrOptions, makeCsr } from '@edge-issuer/testbed/pki/csr'
import {
  commonName,
  extKeyUsage,
  generalName,
  keyUsage,
  subjectAltName,
} from '@edge-issuer/testbed/pki/x509'
/**
 * The certification request that every malformed one is made from by one change, signed over its
 * octets as they then are: so nothing but the gate can refuse it.
 * @module
 */
import type { ParseErrorCode, RefusalCode } from '../../../shared/src/index.ts'

/** A code of a refusal, with the fault where the octets are to blame. */
export type Verdict = RefusalCode | `${RefusalCode}/${ParseErrorCode}`

/** What is wrong, what the gate says, the request in DER or as the text of the message, and the words. */
export type MalformedCase = readonly [
  name: string,
  verdict: Verdict,
  csr: Uint8Array | string,
  says: RegExp,
]

export const SAN = subjectAltName(
  generalName.dns('web.example'),
  generalName.dns('www.web.example'),
  generalName.ip(10, 0, 0, 1),
)
export const KEY_USAGE = keyUsage(0)
export const EXT_KEY_USAGE = extKeyUsage('1.3.6.1.5.5.7.3.1')

/** Says what a plain request of cert-manager says. */
export const VALID: CsrOptions = {
  subject: commonName('web.example'),
  extensions: [SAN, KEY_USAGE, EXT_KEY_USAGE],
}

/** The request with one part replaced. */
export const changed = (part: CsrOptions): Uint8Array => makeCsr({ ...VALID, ...part })

/** The request with one extension more, at the end. */
export const withExtension = (extension: Uint8Array): Uint8Array =>
  changed({ extensions: [SAN, KEY_USAGE, EXT_KEY_USAGE, extension] })

/** The request with another extension in place of subjectAltName. */
export const insteadOfSan = (extension: Uint8Array): Uint8Array =>
  changed({ extensions: [extension, KEY_USAGE, EXT_KEY_USAGE] })

/** The request with these names in subjectAltName. */
export const withNames = (...names: readonly Uint8Array[]): Uint8Array =>
  insteadOfSan(subjectAltName(...names))

/** The request with another extension in place of keyUsage. */
export const insteadOfKeyUsage = (extension: Uint8Array): Uint8Array =>
  changed({ extensions: [SAN, extension, EXT_KEY_USAGE] })

/** The request with these attributes in place of the one that asks for extensions. */
export const withAttributes = (...attributes: readonly Uint8Array[]): Uint8Array =>
  changed({ attributes })
