/**
 * Creates CA certificates, and self-signed ones of local servers. The only importer of @peculiar/x509, which needs the Reflect polyfill loaded first.
 *
 * @module
 */
// oxlint-disable-next-line import/no-unassigned-import -- a polyfill: loaded for what it does to Reflect
import 'reflect-metadata'
import { randomBytes, type webcrypto } from 'node:crypto'
import { EXTENDED_KEY_USAGE_OIDS } from '@edge-issuer/shared'
import { EXTENSION_OID } from '@edge-issuer/shared/x509'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

/** Length of a serial number, in bytes (RFC 5280 §4.1.2.2: at most 20). */
const SERIAL_NUMBER_BYTES = 20

/** Length of a key identifier, in bytes (RFC 7093 §2 method 1). */
const KEY_IDENTIFIER_BYTES = 20

/** Subject of a CA. */
export interface CaName {
  readonly organization: string | undefined
  readonly commonName: string
}

/** The CA that signs; for a root, the root itself. */
export interface CaSigner {
  /** The name, or the DER of the subject in the signer's certificate. */
  readonly name: CaName | Uint8Array
  readonly keys: webcrypto.CryptoKeyPair
  readonly hash: string
  /** Subject key identifier of the signer's certificate; computed by RFC 7093 when absent. */
  readonly keyIdentifier?: Uint8Array | undefined
}

/** Contents of a CA certificate. */
export interface CaCertificateSpec {
  readonly subject: CaName
  readonly publicKey: webcrypto.CryptoKey
  readonly signer: CaSigner
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** No limit when `undefined`. */
  readonly pathLength: number | undefined
  /** Whether the key may also sign other data than certificates and CRLs, such as OCSP responses. */
  readonly hasDigitalSignature: boolean
  /** Object identifiers; the certificate has no such extension if the list is empty. */
  readonly extendedKeyUsages: readonly string[]
  /** DER of NameConstraints. */
  readonly nameConstraints: Uint8Array | undefined
}

/**
 * Creates a CA certificate according to RFC 5280: basicConstraints and keyUsage critical, name constraints
 * critical, key identifiers by RFC 7093 method 1, a serial number of 158 random bits.
 *
 * @returns DER.
 */
export async function createCaCertificate(spec: CaCertificateSpec): Promise<Uint8Array> {
  const { subject, publicKey, signer, pathLength, extendedKeyUsages, nameConstraints } = spec
  const isSelfSigned = publicKey === signer.keys.publicKey
  const extensions: Extension[] = [
    new BasicConstraintsExtension(true, pathLength, true),
    new KeyUsagesExtension(keyUsage(spec), true),
    ...(extendedKeyUsages.length === 0
      ? []
      : [new ExtendedKeyUsageExtension([...extendedKeyUsages], false)]),
    ...(nameConstraints === undefined
      ? []
      : [new Extension(EXTENSION_OID.nameConstraints, true, Uint8Array.from(nameConstraints))]),
    new SubjectKeyIdentifierExtension(await keyIdentifier(publicKey)),
    ...(isSelfSigned
      ? []
      : [new AuthorityKeyIdentifierExtension(await signerKeyIdentifier(signer))]),
  ]
  return createCertificate(spec, distinguishedName(subject), extensions)
}

async function createCertificate(
  spec: Pick<CaCertificateSpec, 'publicKey' | 'signer' | 'notBeforeMs' | 'notAfterMs'>,
  subject: Name,
  extensions: Extension[],
): Promise<Uint8Array> {
  const { publicKey, signer } = spec
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomSerialNumber(),
    subject,
    issuer:
      signer.name instanceof Uint8Array
        ? new Name(Uint8Array.from(signer.name))
        : distinguishedName(signer.name),
    notBefore: new Date(spec.notBeforeMs),
    notAfter: new Date(spec.notAfterMs),
    publicKey,
    signingKey: signer.keys.privateKey,
    // The library takes the other parameters from the key, and defaults to SHA-256.
    signingAlgorithm: { name: signer.keys.privateKey.algorithm.name, hash: signer.hash },
    extensions,
  })
  return new Uint8Array(certificate.rawData)
}

function keyUsage({ hasDigitalSignature }: CaCertificateSpec): KeyUsageFlags {
  const flags = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the library's enum holds bits that are meant to be joined
  return hasDigitalSignature ? flags | KeyUsageFlags.digitalSignature : flags
}

/** Encodes both attributes as UTF8String (RFC 5280 §4.1.2.4); by default the library chooses the type by the text. */
function distinguishedName({ organization, commonName }: CaName): Name {
  return new Name([
    ...(organization === undefined ? [] : [{ O: [{ utf8String: organization }] }]),
    { CN: [{ utf8String: commonName }] },
  ])
}

async function keyIdentifier(key: webcrypto.CryptoKey): Promise<string> {
  const digest = await (await PublicKey.create(key)).getKeyIdentifier('SHA-256')
  return Buffer.from(digest, 0, KEY_IDENTIFIER_BYTES).toString('hex')
}

const signerKeyIdentifier = async ({ keys, keyIdentifier: known }: CaSigner): Promise<string> =>
  known === undefined ? keyIdentifier(keys.publicKey) : Buffer.from(known).toString('hex')

/** A positive serial number of constant length: the top bits are 01. */
function randomSerialNumber(): string {
  const serialNumber = randomBytes(SERIAL_NUMBER_BYTES)
  serialNumber[0] = ((serialNumber[0] ?? 0) & 0x3f) | 0x40
  return serialNumber.toString('hex')
}

/** Contents of a self-signed TLS certificate for this machine. */
export interface LocalCertificateSpec {
  readonly commonName: string
  readonly keys: webcrypto.CryptoKeyPair
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

/** @returns PEM. The certificate is no CA: who trusts it trusts nothing else. */
export async function createLocalCertificate(spec: LocalCertificateSpec): Promise<string> {
  const { commonName, keys, dnsNames, ipAddresses } = spec
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerialNumber(),
    name: distinguishedName({ organization: undefined, commonName }).toString(),
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    notBefore: new Date(spec.notBeforeMs),
    notAfter: new Date(spec.notAfterMs),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([EXTENDED_KEY_USAGE_OIDS['server auth']], false),
      new SubjectAlternativeNameExtension([
        ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
        ...ipAddresses.map((value) => ({ type: 'ip' as const, value })),
      ]),
    ],
  })
  return `${certificate.toString('pem')}\n`
}
