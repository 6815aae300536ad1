/**
 * The same work through @peculiar/x509 and WebCrypto, as one would write it with that library: it is
 * what the product's own DER is held against.
 *
 * @module
 */
import type { webcrypto } from 'node:crypto'
import { decodeBase64, type SignRequest } from '@edge-issuer/shared'
import { x509 } from '@edge-issuer/testbed/pki/pki'

/** A CA as this library takes it. */
export interface PeculiarCa {
  readonly certificate: x509.X509Certificate
  readonly privateKey: webcrypto.CryptoKey
  readonly signingAlgorithm: SigningAlgorithm
  readonly intermediatesPem: string
}

/** Backdating, as in the product. */
const BACKDATE_MS = 60_000
const SERIAL_BYTES = 20

/** @param chainPem - The issuing CA first, then its root. */
export async function openPeculiar(chainPem: string, privateKeyPem: string): Promise<PeculiarCa> {
  const [intermediatesPem = ''] = chainPem.split(/(?<=-----END CERTIFICATE-----\n)/)
  const certificate = new x509.X509Certificate(intermediatesPem)
  const signingAlgorithm = signingAlgorithmOf(certificate)
  const algorithm = { ...certificate.publicKey.algorithm, ...signingAlgorithm }
  const pkcs8 = x509.PemConverter.decodeFirst(privateKeyPem)
  const privateKey = await crypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign'])
  return { certificate, privateKey, signingAlgorithm, intermediatesPem }
}

interface SigningAlgorithm {
  readonly name: string
  /** Absent for Ed25519. */
  readonly hash?: string
}

/** The product's choice of hash; the curve stays that of the key. */
function signingAlgorithmOf(certificate: x509.X509Certificate): SigningAlgorithm {
  const { algorithm } = certificate.publicKey
  if (algorithm.name === 'Ed25519') return { name: algorithm.name }
  const size =
    'namedCurve' in algorithm
      ? algorithm.namedCurve
      : 'modulusLength' in algorithm && algorithm.modulusLength
  return { name: algorithm.name, hash: HASHES[String(size)] ?? 'SHA-256' }
}

/** By curve, or by the bits of an RSA key; SHA-256 for others. */
const HASHES: Readonly<Record<string, string>> = {
  'P-384': 'SHA-384',
  'P-521': 'SHA-512',
  '3072': 'SHA-384',
  '4096': 'SHA-512',
}

/** @returns The PEM of the chain. */
export async function issueWithPeculiar(ca: PeculiarCa, request: SignRequest): Promise<string> {
  const der = decodeBase64(request.csr)
  if (der === undefined) throw new Error('the request is not base64')
  const csr = new x509.Pkcs10CertificateRequest(new Uint8Array(der))
  if (!(await csr.verify())) throw new Error('the request is not signed by its key')
  const notBeforeMs = Date.now() - BACKDATE_MS
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: csr.subjectName,
    issuer: ca.certificate.subjectName,
    notBefore: new Date(notBeforeMs),
    notAfter: new Date(notBeforeMs + request.durationSeconds * 1000),
    publicKey: csr.publicKey,
    signingKey: ca.privateKey,
    signingAlgorithm: ca.signingAlgorithm,
    extensions: await extensions(ca, csr),
  })
  return `${certificate.toString('pem')}\n${ca.intermediatesPem}`
}

/** The product's, in its order. */
async function extensions(
  ca: PeculiarCa,
  csr: x509.Pkcs10CertificateRequest,
): Promise<x509.Extension[]> {
  const asked = csr.extensions
  const names = asked.find((each) => each instanceof x509.SubjectAlternativeNameExtension)
  const keyUsages = asked.find((each) => each instanceof x509.KeyUsagesExtension)
  const extKeyUsages = asked.find((each) => each instanceof x509.ExtendedKeyUsageExtension)
  if (names === undefined || keyUsages === undefined || extKeyUsages === undefined) {
    throw new Error('the request lacks an extension')
  }
  for (const { type, value } of names.names.items) {
    if (type !== 'dns' || !/^[a-z0-9.-]+$/.test(value)) throw new Error('a name is not allowed')
  }
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(keyUsages.usages, true),
    new x509.ExtendedKeyUsageExtension(extKeyUsages.usages),
    await x509.SubjectKeyIdentifierExtension.create(csr.publicKey),
    await x509.AuthorityKeyIdentifierExtension.create(ca.certificate),
    names,
  ]
}

function randomSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(SERIAL_BYTES))
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join('')
}
