/**
 * Names, keys, extensions and CA certificates for tests, put together octet by octet. Independent of
 * the product's own DER, and able to build what is wrong; runs in Node and in workerd.
 * @module
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** One element of DER. Lengths are right; everything else is up to the caller. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const contents = concat(...parts)
  const { length } = contents
  if (length < 0x80) return concat(Uint8Array.of(tag, length), contents)
  if (length < 0x1_00) return concat(Uint8Array.of(tag, 0x81, length), contents)
  return concat(Uint8Array.of(tag, 0x82, length >> 8, length & 0xff), contents)
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

export const octets = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)
export const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

export const seq = (...parts: readonly Uint8Array[]): Uint8Array => tlv(0x30, ...parts)
export const set = (...parts: readonly Uint8Array[]): Uint8Array => tlv(0x31, ...parts)
export const integer = (...values: readonly number[]): Uint8Array => tlv(0x02, octets(...values))
export const octetString = (...parts: readonly Uint8Array[]): Uint8Array => tlv(0x04, ...parts)
export const bitString = (contents: Uint8Array, unusedBits = 0): Uint8Array =>
  tlv(0x03, octets(unusedBits), contents)
export const TRUE = tlv(0x01, octets(0xff))
export const NULL = tlv(0x05)
export const utf8 = (text: string): Uint8Array => tlv(0x0c, ascii(text))
export const printable = (text: string): Uint8Array => tlv(0x13, ascii(text))
export const ia5 = (text: string): Uint8Array => tlv(0x16, ascii(text))
export const numeric = (text: string): Uint8Array => tlv(0x12, ascii(text))
/** TeletexString with ISO 8859-1, as programs write it. */
export const teletex = (text: string): Uint8Array =>
  tlv(0x14, new Uint8Array(Buffer.from(text, 'latin1')))
/** BMPString: UCS-2, big-endian. */
export const bmp = (text: string): Uint8Array =>
  tlv(0x1e, new Uint8Array(Buffer.from(text, 'utf16le').swap16()))
/** `[number]`, primitive. */
export const primitive = (number: number, contents: Uint8Array): Uint8Array =>
  tlv(0x80 + number, contents)
/** `[number]`, constructed. */
export const constructed = (number: number, ...parts: readonly Uint8Array[]): Uint8Array =>
  tlv(0xa0 + number, ...parts)

/** An object identifier from dotted decimals. */
export function oid(dotted: string): Uint8Array {
  const [first = 0n, second = 0n, ...rest] = dotted.split('.').map(BigInt)
  const arcs = [first * 40n + second, ...rest]
  return tlv(
    0x06,
    octets(
      ...arcs.flatMap((arc) => {
        const groups = arc.toString(2).padStart(Math.ceil(arc.toString(2).length / 7) * 7, '0')
        const sevens = groups.match(/.{7}/g) ?? []
        return sevens.map(
          (seven, at) => Number.parseInt(seven, 2) + (at < sevens.length - 1 ? 128 : 0),
        )
      }),
    ),
  )
}

/** Short names as the product has them. */
export const ATTRIBUTE_OIDS: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  serialNumber: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  STREET: '2.5.4.9',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  title: '2.5.4.12',
  postalCode: '2.5.4.17',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  emailAddress: '1.2.840.113549.1.9.1',
}

const ATTRIBUTE_STRINGS: Readonly<Record<string, (text: string) => Uint8Array>> = {
  C: printable,
  serialNumber: printable,
  DC: ia5,
  emailAddress: ia5,
}

/**
 * AttributeTypeAndValue; `C` and `serialNumber` are PrintableString, `DC` and `emailAddress` IA5String.
 */
export function attribute(type: string, value: string | Uint8Array): Uint8Array {
  const text = ATTRIBUTE_STRINGS[type] ?? utf8
  return seq(oid(ATTRIBUTE_OIDS[type] ?? type), typeof value === 'string' ? text(value) : value)
}

/** A name of single-valued RDNs, the root of the tree first. */
export const name = (...attributes: readonly (readonly [string, string])[]): Uint8Array =>
  seq(...attributes.map(([type, value]) => set(attribute(type, value))))

export const commonName = (value: string): Uint8Array => name(['CN', value])

/** GeneralName by kind. */
export const generalName = {
  dns: (text: string): Uint8Array => primitive(2, ascii(text)),
  email: (text: string): Uint8Array => primitive(1, ascii(text)),
  uri: (text: string): Uint8Array => primitive(6, ascii(text)),
  ip: (...values: readonly number[]): Uint8Array => primitive(7, octets(...values)),
  other: (type: string, value: Uint8Array): Uint8Array =>
    constructed(0, oid(type), constructed(0, value)),
} as const

/** Extension. */
export const extension = (
  id: string,
  value: Uint8Array,
  { critical = false }: { readonly critical?: boolean } = {},
): Uint8Array => seq(oid(id), ...(critical ? [TRUE] : []), octetString(value))

/** BIT STRING of named bits, at least one. */
export const namedBits = (...bits: readonly number[]): Uint8Array => {
  const last = Math.max(...bits)
  const bytes = new Uint8Array((last >> 3) + 1)
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7))
  return bitString(bytes, 7 - (last & 7))
}

export const keyUsage = (...bits: readonly number[]): Uint8Array =>
  extension('2.5.29.15', namedBits(...bits), { critical: true })
export const extKeyUsage = (...oids: readonly string[]): Uint8Array =>
  extension('2.5.29.37', seq(...oids.map(oid)))
export const subjectAltName = (...names: readonly Uint8Array[]): Uint8Array =>
  extension('2.5.29.17', seq(...names))
export const basicConstraints = (isCA: boolean, pathLength?: number): Uint8Array =>
  extension(
    '2.5.29.19',
    seq(...(isCA ? [TRUE] : []), ...(pathLength === undefined ? [] : [integer(pathLength)])),
    { critical: true },
  )
/** The subtrees are GeneralNames; those of IP addresses with their masks. */
export const nameConstraints = (
  permitted: readonly Uint8Array[],
  excluded: readonly Uint8Array[] = [],
): Uint8Array =>
  extension(
    '2.5.29.30',
    seq(
      ...(permitted.length > 0 ? [constructed(0, ...permitted.map((base) => seq(base)))] : []),
      ...(excluded.length > 0 ? [constructed(1, ...excluded.map((base) => seq(base)))] : []),
    ),
    { critical: true },
  )

/** Kinds of key, as the product calls them; RSA with its bits. */
export type KeyType = 'P-256' | 'P-384' | 'P-521' | 'Ed25519' | `RSA-${number}`

export interface KeyPair {
  readonly type: KeyType
  readonly privateKey: KeyObject
  /** PKCS#8. */
  readonly privateKeyPem: string
  /** SubjectPublicKeyInfo in DER. */
  readonly spki: Uint8Array
}

/** A new key. */
export function makeKey(type: KeyType): KeyPair {
  const { privateKey, publicKey } = generate(type)
  return {
    type,
    privateKey,
    privateKeyPem: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    spki: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
  }
}

const keys = new Map<KeyType, KeyPair>()

/** A key that all tests of one file share; making RSA keys takes long. */
export function aKey(type: KeyType = 'P-256'): KeyPair {
  const key = keys.get(type) ?? makeKey(type)
  keys.set(type, key)
  return key
}

function generate(type: KeyType): { privateKey: KeyObject; publicKey: KeyObject } {
  if (type === 'Ed25519') return generateKeyPairSync('ed25519')
  if (type === 'P-256' || type === 'P-384' || type === 'P-521') {
    return generateKeyPairSync('ec', { namedCurve: type })
  }
  return generateKeyPairSync('rsa', { modulusLength: Number(type.slice('RSA-'.length)) })
}

const RSA_SHA256 = seq(oid('1.2.840.113549.1.1.11'), NULL)
const ECDSA_SHA256 = seq(oid('1.2.840.10045.4.3.2'))
const ED25519 = seq(oid('1.3.101.112'))

/** AlgorithmIdentifier with SHA-256, or of Ed25519. */
export function algorithmOf({ type }: Pick<KeyPair, 'type'>): Uint8Array {
  if (type === 'Ed25519') return ED25519
  return type.startsWith('RSA') ? RSA_SHA256 : ECDSA_SHA256
}

/** Signs with SHA-256, or with Ed25519. */
export const signWith = ({ type, privateKey }: KeyPair, data: Uint8Array): Uint8Array =>
  new Uint8Array(sign(type === 'Ed25519' ? null : 'sha256', data, privateKey))

/** What a CA certificate is made of; everything has a default. */
export interface AuthorityOptions {
  readonly key?: KeyPair
  readonly subject?: Uint8Array
  /** Itself when absent. */
  readonly issuer?: Authority
  readonly extensions?: readonly Uint8Array[]
  readonly notBefore?: Date
  readonly notAfter?: Date
  /** DER of the validity, in place of both dates. */
  readonly validity?: Uint8Array
  /** Contents of the INTEGER. */
  readonly serialNumber?: Uint8Array
  /** AlgorithmIdentifier that the certificate claims to be signed with; the true one when absent. */
  readonly algorithm?: Uint8Array
}

export interface Authority {
  readonly key: KeyPair
  readonly subject: Uint8Array
  readonly der: Uint8Array
  readonly pem: string
  /** This certificate, then each one above it. */
  readonly chainPem: string
  readonly subjectKeyId: Uint8Array
}

/** Bits of keyUsage in a CA certificate. */
const CERT_SIGN = 5
const CRL_SIGN = 6

/** The extensions of a plain CA certificate, for a test to leave one out or to add one. */
export const authorityExtensions = (
  subjectKeyId: Uint8Array,
  issuer?: Authority,
): Record<string, Uint8Array> => ({
  basicConstraints: basicConstraints(true),
  keyUsage: keyUsage(CERT_SIGN, CRL_SIGN),
  subjectKeyId: extension('2.5.29.14', octetString(subjectKeyId)),
  ...(issuer === undefined
    ? {}
    : { authorityKeyId: extension('2.5.29.35', seq(primitive(0, issuer.subjectKeyId))) }),
})

/** A CA certificate, signed by `issuer` or by itself. Valid from 2020 to 2049 if nothing is said. */
export function makeAuthority(options: AuthorityOptions = {}): Authority {
  const {
    key = aKey(),
    subject = commonName('Test CA'),
    serialNumber = concat(octets(0x40), randomBytes(15)),
    issuer,
  } = options
  const subjectKeyId = keyIdOf(key)
  const { key: signer, subject: issuerName } = issuer ?? { key, subject }
  const {
    algorithm = algorithmOf(signer),
    extensions = Object.values(authorityExtensions(subjectKeyId, issuer)),
  } = options
  const tbs = seq(
    constructed(0, integer(2)),
    tlv(0x02, serialNumber),
    algorithm,
    issuerName,
    validity(options),
    subject,
    key.spki,
    constructed(3, seq(...extensions)),
  )
  const der = seq(tbs, algorithm, bitString(signWith(signer, tbs)))
  const pem = toPem('CERTIFICATE', der)
  return { key, subject, der, pem, chainPem: pem + (issuer?.chainPem ?? ''), subjectKeyId }
}

/** The subjectKeyIdentifier that {@link makeAuthority} gives: any octets would do. */
export const keyIdOf = ({ spki }: Pick<KeyPair, 'spki'>): Uint8Array =>
  createHash('sha256').update(spki).digest().subarray(0, 8)

const validity = ({
  validity: given,
  notBefore = new Date('2020-01-01T00:00:00Z'),
  notAfter = new Date('2049-12-31T23:59:59Z'),
}: AuthorityOptions): Uint8Array => given ?? seq(time(notBefore), time(notAfter))

/** UTCTime through 2049, GeneralizedTime after. */
export function time(date: Date): Uint8Array {
  const text = date.toISOString().replaceAll(/\.\d+|[-:T]/g, '')
  return date.getUTCFullYear() < 2050 ? tlv(0x17, ascii(text.slice(2))) : tlv(0x18, ascii(text))
}

export function toPem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
