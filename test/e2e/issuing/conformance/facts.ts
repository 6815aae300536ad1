/**
 * What is in a certificate, and what should be: two values to compare. Subject and extensions are
 * compared as octets, cut out of the certificate by a few lines of DER of their own.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIPv4 } from 'node:net'
import {
  ascii,
  basicConstraints,
  extension,
  extKeyUsage,
  generalName,
  keyUsage,
  name,
  oid,
  primitive,
  seq,
  utf8,
} from '@edge-issuer/testbed/pki/x509'

/** Everything that a request decides; octets in hexadecimal. */
export interface CertificateFacts {
  readonly subject: string
  /** Whole extensions: object identifier, criticality and value; empty for none. */
  readonly subjectAltName: string
  readonly keyUsage: string
  readonly extKeyUsage: string
  readonly basicConstraints: string
  /** `rsa 2048`, `ec prime256v1`, `ed25519`. */
  readonly key: string
  /** Validity from the first second to the last, both included. */
  readonly seconds: number
}

/** What was asked for. */
export interface Asked {
  /** DER. */
  readonly subject: Uint8Array
  /** GeneralNames in DER, in order. */
  readonly names: readonly Uint8Array[]
  /** Numbers of bits. */
  readonly keyUsage: readonly number[]
  readonly extKeyUsage: readonly string[]
  readonly isCA: boolean
  readonly pathLength?: number
  readonly key: string
  readonly seconds: number
}

const OID = {
  subjectAltName: '2.5.29.17',
  keyUsage: '2.5.29.15',
  extKeyUsage: '2.5.29.37',
  basicConstraints: '2.5.29.19',
} as const

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex')

/** What a certificate must say when `asked` was asked for. */
export function wantedFacts(asked: Asked): CertificateFacts {
  const { subject, names, isCA, pathLength, key, seconds } = asked
  const isEmpty = hex(subject) === hex(name())
  return {
    subject: hex(subject),
    // RFC 5280 §4.2.1.6: critical when there is nothing else to know the subject by.
    subjectAltName:
      names.length === 0
        ? ''
        : hex(extension(OID.subjectAltName, seq(...names), { critical: isEmpty })),
    keyUsage: hex(keyUsage(...asked.keyUsage)),
    extKeyUsage: asked.extKeyUsage.length === 0 ? '' : hex(extKeyUsage(...asked.extKeyUsage)),
    basicConstraints: hex(basicConstraints(isCA, pathLength)),
    key,
    seconds,
  }
}

/** What a certificate does say. @throws Error for what is not a certificate */
export function factsOf(certificate: X509Certificate): CertificateFacts {
  const [tbs = EMPTY] = elements(certificate.raw, 'inside')
  // version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, extensions
  const parts = elements(tbs, 'inside')
  const [list = EMPTY] = elements(parts.at(-1) ?? EMPTY, 'inside')
  const extensions = elements(list, 'inside')
  const extensionOf = (type: string): string => {
    const isIt = (one: Uint8Array): boolean =>
      hex(elements(one, 'inside')[0] ?? EMPTY) === hex(oid(type))
    return hex(extensions.find(isIt) ?? EMPTY)
  }
  const { validFromDate, validToDate } = certificate
  return {
    subject: hex(parts[5] ?? EMPTY),
    subjectAltName: extensionOf(OID.subjectAltName),
    keyUsage: extensionOf(OID.keyUsage),
    extKeyUsage: extensionOf(OID.extKeyUsage),
    basicConstraints: extensionOf(OID.basicConstraints),
    key: keyText(certificate),
    seconds: (validToDate.getTime() - validFromDate.getTime()) / 1_000,
  }
}

/** The subject that a certification request asks for, as {@link CertificateFacts} has it. */
export function subjectAsked(csrPem: string): string {
  const base64 = csrPem.replaceAll(/-----[A-Z ]+-----/g, '')
  const [info = EMPTY] = elements(Buffer.from(base64, 'base64'), 'inside')
  // version, subject, subjectPKInfo, attributes
  return hex(elements(info, 'inside')[1] ?? EMPTY)
}

/** The names of a request in DER, in cert-manager's order (pkg/util/pki/sans.go). */
export function namesOf(asked: {
  readonly dnsNames?: readonly string[]
  readonly emailAddresses?: readonly string[]
  readonly ipAddresses?: readonly string[]
  readonly uris?: readonly string[]
  readonly otherNames?: readonly { readonly oid: string; readonly utf8Value: string }[]
}): readonly Uint8Array[] {
  return [
    ...(asked.dnsNames ?? []).map((text) => generalName.dns(text)),
    ...(asked.emailAddresses ?? []).map((text) => generalName.email(text)),
    ...(asked.ipAddresses ?? []).map((text) => primitive(7, ipBytes(text))),
    ...(asked.uris ?? []).map((text) => primitive(6, ascii(text))),
    ...(asked.otherNames ?? []).map((one) => generalName.other(one.oid, utf8(one.utf8Value))),
  ]
}

/** @returns Errors in the signatures of the certificates: leaf, CAs upwards, root. */
export function checkChain(chain: readonly X509Certificate[]): readonly string[] {
  return chain.flatMap((certificate, index) => {
    // The root signs itself.
    const signer = chain[index + 1] ?? certificate
    const isSigned = certificate.checkIssued(signer) && certificate.verify(signer.publicKey)
    return isSigned ? [] : [`certificate ${String(index)} is not signed by the next`]
  })
}

/** Whether a certificate is for this private key. */
export const isFor = (certificate: X509Certificate, keyPem: string): boolean =>
  certificate.checkPrivateKey(createPrivateKey(keyPem))

/** @returns The certificates of a PEM bundle, in order. */
export const certificatesIn = (pem: string): readonly X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\n/g) ?? []).map(
    (block) => new X509Certificate(block),
  )

const EMPTY = new Uint8Array()

/** The elements of DER in a row; or those inside of one that is constructed. */
function elements(der: Uint8Array, where: 'inside' | 'here' = 'here'): readonly Uint8Array[] {
  if (where === 'inside') return elements(der.subarray(headerLength(der)))
  const found: Uint8Array[] = []
  for (let at = 0; at < der.length; at += found.at(-1)?.length ?? der.length) {
    const rest = der.subarray(at)
    found.push(rest.subarray(0, headerLength(rest) + contentsLength(rest)))
  }
  return found
}

/** A length is one octet, or the number of octets that hold it. */
const headerLength = (der: Uint8Array): number => 2 + ((der[1] ?? 0) < 0x80 ? 0 : (der[1] ?? 0) & 7)

function contentsLength(der: Uint8Array): number {
  const octets = der.subarray(headerLength(der) === 2 ? 1 : 2, headerLength(der))
  return octets.reduce((length, octet) => length * 256 + octet, 0)
}

function keyText({ publicKey }: X509Certificate): string {
  const { asymmetricKeyType = '', asymmetricKeyDetails = {} } = publicKey
  const size = asymmetricKeyDetails.namedCurve ?? asymmetricKeyDetails.modulusLength
  return size === undefined ? asymmetricKeyType : `${asymmetricKeyType} ${String(size)}`
}

function ipBytes(text: string): Uint8Array {
  if (isIPv4(text)) return Uint8Array.from(text.split('.').map(Number))
  const [head = '', tail = ''] = text.split('::')
  const [first, last] = [head, tail].map((half) => (half === '' ? [] : half.split(':')))
  const zeros = Array.from({ length: 8 - (first?.length ?? 0) - (last?.length ?? 0) }, () => '0')
  const words = [...(first ?? []), ...zeros, ...(last ?? [])].map((group) => parseInt(group, 16))
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]))
}
