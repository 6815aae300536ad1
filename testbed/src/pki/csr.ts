/**
 * Certification requests for tests: a plain one with nothing said, and any part of it replaced.
 * @module
 */
import { constants, createSign } from 'node:crypto'
import {
  aKey,
  algorithmOf,
  bitString,
  commonName,
  concat,
  constructed,
  generalName,
  integer,
  type KeyPair,
  makeKey,
  name,
  NULL,
  octets,
  oid,
  seq,
  set,
  signWith,
  subjectAltName,
  tlv,
  toPem,
} from './x509.ts'

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'

/** Parts of a certification request, each in DER unless it is said. */
export interface CsrOptions {
  /** Signs, and is the public key if `spki` is absent. */
  readonly key?: KeyPair
  readonly version?: Uint8Array
  /** `CN=test` when absent. */
  readonly subject?: Uint8Array
  readonly spki?: Uint8Array
  /** Extensions of the one extensionRequest attribute; no attribute when absent. */
  readonly extensions?: readonly Uint8Array[]
  /** Attributes in place of extensionRequest. */
  readonly attributes?: readonly Uint8Array[]
  readonly signatureAlgorithm?: Uint8Array
  /** Contents of the BIT STRING. */
  readonly signature?: Uint8Array
  /** Signs in place of `key` with its plain algorithm. */
  readonly sign?: (data: Uint8Array) => Uint8Array
}

/** Attribute with its values. */
export const csrAttribute = (type: string, ...values: readonly Uint8Array[]): Uint8Array =>
  seq(oid(type), set(...values))

/** The attribute that asks for extensions. */
export const extensionRequest = (...extensions: readonly Uint8Array[]): Uint8Array =>
  csrAttribute(EXTENSION_REQUEST, seq(...extensions))

/** CertificationRequestInfo: what is signed. */
export function csrInfo(options: CsrOptions = {}): Uint8Array {
  const { key = aKey(), extensions } = options
  const attributes =
    options.attributes ?? (extensions === undefined ? [] : [extensionRequest(...extensions)])
  return seq(
    options.version ?? integer(0),
    options.subject ?? commonName('test'),
    options.spki ?? key.spki,
    constructed(0, ...attributes),
  )
}

export const SHA256 = '2.16.840.1.101.3.4.2.1'
export const SHA384 = '2.16.840.1.101.3.4.2.2'
export const SHA512 = '2.16.840.1.101.3.4.2.3'

/** Parts of RSASSA-PSS-params; SHA-256 in all where nothing is said. */
export interface PssOptions {
  /** Object identifier. */
  readonly hash?: Uint8Array
  readonly hashParameters?: readonly Uint8Array[]
  readonly maskHash?: Uint8Array
  readonly maskHashParameters?: readonly Uint8Array[]
  readonly saltLength?: number
  readonly trailer?: readonly Uint8Array[]
}

/** RSASSA-PSS-params (RFC 4055 §3.1). */
export function pssParameters({
  hash = oid(SHA256),
  hashParameters = [NULL],
  maskHash = hash,
  maskHashParameters = hashParameters,
  saltLength = 32,
  trailer = [],
}: PssOptions): Uint8Array {
  const mask = seq(oid('1.2.840.113549.1.1.8'), seq(maskHash, ...maskHashParameters))
  return seq(
    constructed(0, seq(hash, ...hashParameters)),
    constructed(1, mask),
    constructed(2, integer(saltLength)),
    ...trailer,
  )
}

/** Signs with RSASSA-PSS; SHA-256 and a salt of the length of the hash if nothing is said. */
export const signWithPss = (
  { privateKeyPem }: KeyPair,
  data: Uint8Array,
  {
    hash = 'sha256',
    saltLength = constants.RSA_PSS_SALTLEN_DIGEST,
  }: { readonly hash?: 'sha256' | 'sha384' | 'sha512'; readonly saltLength?: number } = {},
): Uint8Array =>
  // workerd's `sign` ignores the padding.
  new Uint8Array(
    createSign(hash)
      .update(data)
      .sign({ key: privateKeyPem, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }),
  )

/** A certification request in DER, signed by its key. */
export const makeCsr = (options: CsrOptions = {}): Uint8Array => signCsr(csrInfo(options), options)

/** Signs any octets as a CertificationRequestInfo. */
export function signCsr(info: Uint8Array, options: CsrOptions = {}): Uint8Array {
  const { key = aKey(), sign: signInfo = (data) => signWith(key, data) } = options
  return seq(
    info,
    options.signatureAlgorithm ?? algorithmOf(key),
    bitString(options.signature ?? signInfo(info)),
  )
}

/** A certification request for DNS names with a new P-256 key, as text for Kubernetes objects. */
export function createCsr({ dnsNames }: { readonly dnsNames: readonly string[] }): TextCsr {
  const key = makeKey('P-256')
  const names = subjectAltName(...dnsNames.map(generalName.dns))
  const der = makeCsr({ key, subject: name(), extensions: [names] })
  return { der, pem: toPem('CERTIFICATE REQUEST', der), privateKeyPem: key.privateKeyPem }
}

/** A certification request with the key it is for. */
export interface TextCsr {
  readonly der: Uint8Array
  readonly pem: string
  /** PKCS#8. */
  readonly privateKeyPem: string
}

/** SubjectPublicKeyInfo of an RSA key with any numbers, without a private key. */
export const rsaSpki = (modulus: bigint, exponent: bigint): Uint8Array =>
  seq(
    seq(oid('1.2.840.113549.1.1.1'), NULL),
    bitString(seq(tlv(0x02, magnitude(modulus)), tlv(0x02, magnitude(exponent)))),
  )

/** Big-endian, with a zero octet in front where the highest bit is set. */
function magnitude(value: bigint): Uint8Array {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex')
  return concat(octets(...((bytes[0] ?? 0) >= 0x80 ? [0] : [])), bytes)
}
