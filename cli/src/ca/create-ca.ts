import { webcrypto } from 'node:crypto'
import { EXTENDED_KEY_USAGE_OIDS, encodePem, type ExtendedKeyUsageName } from '@edge-issuer/shared'
import { type CaCertificateSpec, type CaSigner, createCaCertificate } from './ca-certificate.ts'
import { KEY_TYPES, type KeyType } from './key-type.ts'
import { encodeNameConstraints, type NameConstraints } from './name-constraints.ts'

/** notBefore is this much earlier than the time of creation, for verifiers whose clocks lag, in milliseconds. */
const BACKDATE_MS = 60_000

const ROOT_CA_SUFFIX = ' Root CA'

/** Suffix of the issuing CA's common name; the longer of the two suffixes. */
export const ISSUING_CA_SUFFIX = ' Issuing CA'

/** Options for a root and one issuing CA below it. */
export interface CaPlan {
  /** Both common names begin with it. */
  readonly name: string
  readonly organization: string | undefined
  readonly keyType: KeyType
  readonly rootSeconds: number
  readonly issuingSeconds: number
  /** Number of CAs allowed below the issuing CA; 0 allows leaf certificates only. */
  readonly pathLength: number
  readonly extendedUsages: readonly ExtendedKeyUsageName[]
  readonly constraints: NameConstraints
}

/** A CA certificate and its key, as PEM. */
export interface CaFiles {
  readonly certificatePem: string
  /** PKCS#8. */
  readonly privateKeyPem: string
}

/** A root and the issuing CA below it. */
export interface CaPair {
  readonly root: CaFiles
  readonly issuing: CaFiles
}

/**
 * Creates two keys and two certificates. All limits go into the issuing CA, whose key is online; the root has
 * none, so that a later issuing CA can have other limits.
 */
export async function createCa(plan: CaPlan, nowMs: number): Promise<CaPair> {
  const { name, organization, keyType } = plan
  const rootName = { organization, commonName: name + ROOT_CA_SUFFIX }
  const rootKeys = await generateKeys(keyType)
  const signer: CaSigner = { name: rootName, keys: rootKeys, hash: KEY_TYPES[keyType].hash }
  const root = await createCaCertificate({
    subject: rootName,
    publicKey: rootKeys.publicKey,
    signer,
    ...validityOf(nowMs, plan.rootSeconds),
    pathLength: undefined,
    hasDigitalSignature: false,
    extendedKeyUsages: [],
    nameConstraints: undefined,
  })
  const issuing = await createIssuingCa(
    {
      subject: { organization, commonName: name + ISSUING_CA_SUFFIX },
      keyType,
      seconds: plan.issuingSeconds,
      pathLength: plan.pathLength,
      extendedKeyUsages: [
        ...new Set(plan.extendedUsages.map((usage) => EXTENDED_KEY_USAGE_OIDS[usage])),
      ],
      nameConstraints: encodeNameConstraints(plan.constraints),
    },
    signer,
    nowMs,
  )
  return { root: await toFiles(root, rootKeys), issuing }
}

/** Options for one issuing CA. */
export interface IssuingCaPlan extends Pick<
  CaCertificateSpec,
  'subject' | 'pathLength' | 'extendedKeyUsages' | 'nameConstraints'
> {
  readonly keyType: KeyType
  readonly seconds: number
}

/** Creates the key and the certificate of an issuing CA. */
export async function createIssuingCa(
  plan: IssuingCaPlan,
  signer: CaSigner,
  nowMs: number,
): Promise<CaFiles> {
  const { keyType, seconds, ...limits } = plan
  const keys = await generateKeys(keyType)
  const certificate = await createCaCertificate({
    ...limits,
    publicKey: keys.publicKey,
    signer,
    ...validityOf(nowMs, seconds),
    hasDigitalSignature: true,
  })
  return toFiles(certificate, keys)
}

/** Validity in whole seconds. RFC 5280 §4.1.2.5 includes both notBefore and notAfter, hence one second less. */
export function validityOf(
  nowMs: number,
  seconds: number,
): Pick<CaCertificateSpec, 'notBeforeMs' | 'notAfterMs'> {
  const notBeforeMs = Math.floor((nowMs - BACKDATE_MS) / 1000) * 1000
  return { notBeforeMs, notAfterMs: notBeforeMs + (seconds - 1) * 1000 }
}

async function generateKeys(keyType: KeyType): Promise<webcrypto.CryptoKeyPair> {
  const keys = await webcrypto.subtle.generateKey(KEY_TYPES[keyType].generate, true, [
    'sign',
    'verify',
  ])
  if (!('privateKey' in keys)) throw new Error(`${keyType} gave no key pair`)
  return keys
}

async function toFiles(
  certificate: Uint8Array,
  { privateKey }: webcrypto.CryptoKeyPair,
): Promise<CaFiles> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', privateKey)
  return {
    certificatePem: encodePem('CERTIFICATE', certificate),
    privateKeyPem: encodePem('PRIVATE KEY', new Uint8Array(pkcs8)),
  }
}
