/**
 * Creates the successor of an issuing CA: the same limits and the same signer, with a new key.
 *
 * @module
 */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { decodePem, encodePem, err, ok, type Result } from '@edge-issuer/shared'
import {
  type Certificate,
  equalBytes,
  EXTENSION_OID,
  nameToText,
  parseCertificate,
} from '@edge-issuer/shared/x509'
import type { CaSigner } from './ca-certificate.ts'
import { MAX_LABEL_CHARACTERS } from './ca-label.ts'
import { type CaFiles, createIssuingCa, type IssuingCaPlan, validityOf } from './create-ca.ts'
import { KEY_TYPES, type KeyType, keyTypeOf } from './key-type.ts'

/** Options for {@link createSuccessor}. */
export interface SuccessorOptions {
  /** PEM: the current issuing CA, the CA that signs both, and the certificates above it. */
  readonly chainPem: string
  /** PKCS#8 PEM of the key of the CA that signs. */
  readonly signerKeyPem: string
  /** Common name; the current one with the date appended when absent. */
  readonly commonName: string | undefined
  /** Type of the new key; the type of the current key when absent. */
  readonly keyType: KeyType | undefined
  readonly seconds: number
}

/** A new issuing CA and its chain. */
export interface Successor extends CaFiles {
  /** PEM: the new CA, then the certificates above it. */
  readonly chainPem: string
  readonly rootPem: string
}

const MAX_CHAIN_CERTIFICATES = 8
const MAX_CHAIN_CHARACTERS = 98_304

/** Suffix of a common name that {@link datedName} made. */
const DATE_SUFFIX = / \d{4}-\d{2}-\d{2}$/

/** Creates the successor. @returns The new CA, or an error message. */
export async function createSuccessor(
  options: SuccessorOptions,
  nowMs: number,
): Promise<Result<Successor, string>> {
  const chain = readChain(options.chainPem)
  if (!chain.ok) return chain
  const { before, above, abovePems } = chain.value
  const signer = readSigner(above, options.signerKeyPem)
  if (!signer.ok) return signer
  if (validityOf(nowMs, options.seconds).notAfterMs > above.notAfterMs) {
    const end = new Date(above.notAfterMs).toISOString()
    return err(
      `the new CA would outlive ${nameToText(above.subject)}, which expires at ${end}; choose a shorter --duration`,
    )
  }
  const plan = planAfter(before, options, nowMs)
  if (!plan.ok) return plan
  const made = await createIssuingCa(plan.value, signer.value, nowMs)
  const [abovePem = ''] = abovePems
  if (!isIssuedBy(made.certificatePem, abovePem)) {
    throw new Error('the new certificate does not verify')
  }
  const chainPem = made.certificatePem + abovePems.join('')
  return ok({ ...made, chainPem, rootPem: abovePems.at(-1) ?? '' })
}

/** Copies the limits of the current CA: its successor must not be more powerful. */
function planAfter(
  before: Certificate,
  options: SuccessorOptions,
  nowMs: number,
): Result<IssuingCaPlan, string> {
  const keyType = options.keyType ?? keyTypeOf(before.publicKey.key)
  if (keyType === undefined)
    return err('the key type of the current CA is unsupported; choose one with --key-type')
  const commonName = options.commonName ?? datedName(before, nowMs)
  if (commonName === undefined || Array.from(commonName).length > MAX_LABEL_CHARACTERS) {
    return err('cannot derive a common name from the current CA; choose one with --name')
  }
  const { list, values } = before.extensions
  return ok({
    subject: { organization: attributeOf(before, 'O'), commonName },
    keyType,
    seconds: options.seconds,
    pathLength: values.basicConstraints?.pathLength,
    extendedKeyUsages: values.extKeyUsage ?? [],
    nameConstraints: list.find(({ oid }) => oid === EXTENSION_OID.nameConstraints)?.value,
  })
}

interface Chain {
  readonly before: Certificate
  readonly above: Certificate
  /** From `above` upwards. */
  readonly abovePems: readonly string[]
}

function readChain(pem: string): Result<Chain, string> {
  const blocks = decodePem(pem, {
    label: 'CERTIFICATE',
    maxBlocks: MAX_CHAIN_CERTIFICATES,
    maxCharacters: MAX_CHAIN_CHARACTERS,
  })
  if (!blocks.ok) return err(`the chain cannot be read: ${blocks.error}`)
  const [beforeDer, ...aboveDers] = blocks.value
  const [aboveDer] = aboveDers
  if (beforeDer === undefined || aboveDer === undefined) {
    return err('the chain has one certificate; expected an issuing CA and its root')
  }
  const before = parseCertificate(beforeDer)
  const above = parseCertificate(aboveDer)
  if (!before.ok || !above.ok) return err('a certificate of the chain cannot be read')
  const abovePems = aboveDers.map((der) => encodePem('CERTIFICATE', der))
  return ok({ before: before.value, above: above.value, abovePems })
}

function readSigner(
  { extensions, publicKey, subject }: Certificate,
  keyPem: string,
): Result<CaSigner, string> {
  const name = nameToText(subject)
  const privateKey = readPrivateKey(keyPem)
  if (privateKey === undefined) return err(`the key of ${name} is not a private key in PEM`)
  const keyType = keyTypeOf(publicKey.key)
  if (keyType === undefined) return err(`the key type of ${name} is unsupported`)
  const own = createPublicKey(privateKey)
  if (!equalBytes(own.export({ format: 'der', type: 'spki' }), publicKey.raw)) {
    return err(`the private key does not belong to ${name}`)
  }
  const { generate, hash } = KEY_TYPES[keyType]
  return ok({
    name: subject.raw,
    keys: {
      privateKey: privateKey.toCryptoKey(generate, false, ['sign']),
      publicKey: own.toCryptoKey(generate, true, ['verify']),
    },
    hash,
    keyIdentifier: extensions.values.subjectKeyIdentifier,
  })
}

function readPrivateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}

function datedName(before: Certificate, nowMs: number): string | undefined {
  const name = attributeOf(before, 'CN')?.replace(DATE_SUFFIX, '')
  return name === undefined ? undefined : `${name} ${new Date(nowMs).toISOString().slice(0, 10)}`
}

const attributeOf = ({ subject }: Certificate, wanted: 'CN' | 'O'): string | undefined =>
  subject.rdns.flat().find(({ type }) => type === wanted)?.value

function isIssuedBy(pem: string, issuerPem: string): boolean {
  const [certificate, issuer] = [new X509Certificate(pem), new X509Certificate(issuerPem)]
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}
