import {
  aKey,
  ascii,
  authorityExtensions,
  basicConstraints,
  commonName,
  constructed,
  extension,
  extKeyUsage,
  generalName,
  integer,
  keyUsage,
  NULL,
  octets,
  octetString,
  oid,
  primitive,
  seq,
  subjectAltName,
  tlv,
} from '@edge-issuer/testbed/pki/x509'
/**
 * A TBSCertificate put together octet by octet, and any part of it replaced.
 * @module
 */
import { lintTbsCertificate } from '../../../signer-worker/src/ca/lint/lint.ts'

/** Each in DER. */
export interface TbsParts {
  readonly version?: Uint8Array
  readonly serialNumber?: Uint8Array
  readonly signature?: Uint8Array
  readonly issuer?: Uint8Array
  readonly validity?: Uint8Array
  readonly subject?: Uint8Array
  readonly spki?: Uint8Array
  /** Before extensions. */
  readonly uniqueIds?: readonly Uint8Array[]
  /** In place of all extensions. */
  readonly extensions?: readonly Uint8Array[]
  /** In place of some extensions, or besides. */
  readonly replaced?: Readonly<Record<string, Uint8Array | undefined>>
}

export const utcTime = (text: string): Uint8Array => tlv(0x17, ascii(text))
export const generalizedTime = (text: string): Uint8Array => tlv(0x18, ascii(text))

/** Validity up to a time. */
export const from2026To = (notAfter: Uint8Array): Uint8Array =>
  seq(utcTime('261124115900Z'), notAfter)

const AUTHORITY_KEY_ID = extension('2.5.29.35', seq(primitive(0, octets(1, 2, 3, 4))))

/** Of a leaf for one DNS name. */
const LEAF: Readonly<Record<string, Uint8Array>> = {
  basicConstraints: basicConstraints(false),
  keyUsage: keyUsage(0),
  extKeyUsage: extKeyUsage('1.3.6.1.5.5.7.3.1'),
  subjectKeyId: extension('2.5.29.14', octetString(octets(5, 6, 7, 8))),
  authorityKeyId: AUTHORITY_KEY_ID,
  subjectAltName: subjectAltName(generalName.dns('a.example')),
}

/** Of a CA. */
const CA: Readonly<Record<string, Uint8Array>> = {
  ...authorityExtensions(octets(5, 6, 7, 8)),
  authorityKeyId: AUTHORITY_KEY_ID,
}

/** A leaf without a fault, but for the parts that are replaced. */
export const leafTbs = (parts: TbsParts = {}): Uint8Array => build(parts, LEAF)

/** A CA certificate without a fault, but for the parts that are replaced. */
export const caTbs = (parts: TbsParts = {}): Uint8Array => build(parts, CA)

function build(parts: TbsParts, plain: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const replaced = Object.values({ ...plain, ...parts.replaced }).filter((one) => one !== undefined)
  return seq(
    parts.version ?? constructed(0, integer(2)),
    parts.serialNumber ?? integer(0x41, 2, 3, 4),
    parts.signature ?? seq(oid('1.2.840.10045.4.3.2')),
    parts.issuer ?? commonName('CA'),
    parts.validity ?? from2026To(utcTime('270222115900Z')),
    parts.subject ?? commonName('a.example'),
    parts.spki ?? aKey().spki,
    ...(parts.uniqueIds ?? []),
    constructed(3, seq(...(parts.extensions ?? replaced))),
  )
}

/** Extensions that say where revocation is published, and that there is none (RFC 9608). */
export const NO_REV_AVAIL = extension('2.5.29.56', NULL)
const CRL_URL = constructed(0, constructed(0, generalName.uri('http://a.example/crl')))
export const CRL_POINTS = extension('2.5.29.31', seq(seq(CRL_URL)))
export const OCSP = extension(
  '1.3.6.1.5.5.7.1.1',
  seq(seq(oid('1.3.6.1.5.5.7.48.1'), generalName.uri('http://a.example/ocsp'))),
)

/** Options of an extension. */
export const critical = { critical: true }

/** The names of the lints that object. */
export const lintsOf = (tbs: Uint8Array): readonly string[] =>
  lintTbsCertificate(tbs).map(({ lint }) => lint)

/** What is wrong, the lint that says so, and the certificate. */
export type Violation = readonly [what: string, lint: string, tbs: Uint8Array]

/** A leaf with other parts. */
export const leaf = (what: string, lint: string, parts: TbsParts): Violation => [
  what,
  lint,
  leafTbs(parts),
]
/** A CA certificate with other parts. */
export const ca = (what: string, lint: string, parts: TbsParts): Violation => [
  what,
  lint,
  caTbs(parts),
]

/** A leaf with other extensions. */
export const extended = (
  what: string,
  lint: string,
  replaced: NonNullable<TbsParts['replaced']>,
): Violation => leaf(what, lint, { replaced })

/** A CA certificate with other extensions. */
export const caExtended = (
  what: string,
  lint: string,
  replaced: NonNullable<TbsParts['replaced']>,
): Violation => ca(what, lint, { replaced })
