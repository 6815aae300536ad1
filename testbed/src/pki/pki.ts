/**
 * Throw-away certificate authorities and certificates for tests and the demo: P-256 keys, plain
 * profiles. This is the only module that loads @peculiar/x509, which throws unless the metadata
 * polyfill is there first; everything that needs the library takes it from here.
 * @module
 */
// oxlint-disable-next-line import/no-unassigned-import -- a polyfill: loading it is all that it is for
import 'reflect-metadata'
import { createPrivateKey, KeyObject, randomBytes, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

export { x509 }

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
/** RFC 5280 4.2.1.12 */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
/** Clocks of other processes may be a little behind ours. */
const BACKDATE_MS = 60_000
const DAY_MS = 86_400_000

/** Default validity of certificates: ten years. */
const DEFAULT_LIFETIME_MS = 3650 * DAY_MS

/** A certificate and its key: PEM for files, objects for signing more with it. */
export interface KeyedCertificate {
  readonly certificatePem: string
  /** PKCS#8 */
  readonly keyPem: string
  readonly certificate: x509.X509Certificate
  readonly privateKey: webcrypto.CryptoKey
}

/** Subject and lifetime of a certificate authority. */
export interface AuthorityOptions {
  readonly commonName: string
  readonly lifetimeMs?: number
}

/** Whom a leaf certificate is for. Names are distinguished-name attributes, in order. */
export interface LeafOptions {
  readonly issuer: KeyedCertificate
  readonly subject: x509.JsonName
  readonly usage: 'server' | 'client'
  readonly dnsNames?: readonly string[]
  readonly ipAddresses?: readonly string[]
  readonly lifetimeMs?: number
}

/** A self-signed root that may sign anything. */
export async function createAuthority(options: AuthorityOptions): Promise<KeyedCertificate> {
  const keys = await generateKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(options.lifetimeMs),
    serialNumber: randomSerial(),
    name: [{ CN: [options.commonName] }],
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return keyed(certificate, keys)
}

/** An authority that was made before, from its certificate and its PKCS#8 key. */
export async function readAuthority(pem: {
  readonly certificatePem: string
  readonly keyPem: string
}): Promise<KeyedCertificate> {
  return {
    ...pem,
    certificate: new x509.X509Certificate(pem.certificatePem),
    privateKey: createPrivateKey(pem.keyPem).toCryptoKey(ALGORITHM, true, ['sign']),
  }
}

/** A leaf certificate for a TLS server or a TLS client, with a new key. */
export async function issueLeaf(options: LeafOptions): Promise<KeyedCertificate> {
  const { issuer } = options
  const keys = await generateKeys()
  const names = [
    ...(options.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(options.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ]
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity(options.lifetimeMs),
    serialNumber: randomSerial(),
    subject: options.subject,
    issuer: issuer.certificate.subjectName,
    publicKey: keys.publicKey,
    signingKey: issuer.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([options.usage === 'server' ? SERVER_AUTH : CLIENT_AUTH]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  })
  return keyed(certificate, keys)
}

/** What to ask for. Names are distinguished-name attributes, in order. */
export interface SigningRequestOptions {
  readonly subject: x509.JsonName
  readonly dnsNames?: readonly string[]
}

/** A PKCS#10 request (RFC 2986) for a new key. */
export async function createSigningRequest(
  options: SigningRequestOptions,
): Promise<{ readonly requestPem: string; readonly keyPem: string }> {
  const keys = await generateKeys()
  const names = (options.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value }))
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: options.subject,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)],
  })
  return { requestPem: `${request.toString('pem')}\n`, keyPem: privateKeyPem(keys) }
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

function validity(lifetimeMs = DEFAULT_LIFETIME_MS): {
  readonly notBefore: Date
  readonly notAfter: Date
} {
  const notBefore = Date.now() - BACKDATE_MS
  return { notBefore: new Date(notBefore), notAfter: new Date(notBefore + lifetimeMs) }
}

/** RFC 5280 4.1.2.2: positive and at most 20 octets; the first bits 01 make it so. */
function randomSerial(): string {
  const bytes = randomBytes(20)
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0)
  return bytes.toString('hex')
}

function keyed(certificate: x509.X509Certificate, keys: webcrypto.CryptoKeyPair): KeyedCertificate {
  return {
    certificate,
    privateKey: keys.privateKey,
    certificatePem: `${certificate.toString('pem')}\n`,
    keyPem: privateKeyPem(keys),
  }
}

function privateKeyPem(keys: webcrypto.CryptoKeyPair): string {
  return KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString()
}
