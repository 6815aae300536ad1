/**
 * The issuing CA that comes after another one: the same limits, a new key, the same signer above.
 *
 * @module
 */
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { decodePem, encodePem, err, ok, type Result } from '@edge-issuer/shared'
import {
  type Certificate,
  equalOctets,
  EXTENSION_OID,
  nameToText,
  parseCertificate,
} from '@edge-issuer/shared/x509'
import type { CaSigner } from './ca-certificate.ts'
import { MAX_LABEL_CHARACTERS } from './ca-label.ts'
import { type CaFiles, createIssuingCa, type IssuingCaPlan, validityOf } from './create-ca.ts'
import { KEY_TYPES, type KeyType, keyTypeOf } from './key-type.ts'

/** What a successor is made of. */
export interface SuccessorOrder {
  /** PEM: the issuing CA that it follows, the one that signs both, and what is above. */
  readonly chainPem: string
  /** PKCS#8 PEM of the one that signs. */
  readonly signerKeyPem: string
  /** Common name; that of the CA it follows with the date when absent. */
  readonly commonName: string | undefined
  /** That of the CA it follows when absent. */
  readonly keyType: KeyType | undefined
  readonly seconds: number
}

/** A new issuing CA and its chain. */
export interface Successor extends CaFiles {
  /** PEM: the new CA, then what was above the old one. */
  readonly chainPem: string
  readonly rootPem: string
}

const MAX_CHAIN_CERTIFICATES = 8
const MAX_CHAIN_CHARACTERS = 98_304

/** How a name ends that was made here before. */
const DATE_SUFFIX = / \d{4}-\d{2}-\d{2}$/

/** @returns The new CA, or what stands in the way of it. */
export async function createSuccessor(
  order: SuccessorOrder,
  nowMs: number,
): Promise<Result<Successor, string>> {
  const chain = readChain(order.chainPem)
  if (!chain.ok) return chain
  const { before, above, abovePems } = chain.value
  const signer = readSigner(above, order.signerKeyPem)
  if (!signer.ok) return signer
  if (validityOf(nowMs, order.seconds).notAfterMs > above.notAfterMs) {
    const end = new Date(above.notAfterMs).toISOString()
    return err(`the new CA would outlive ${nameToText(above.subject)}, which ends at ${end}`)
  }
  const plan = planAfter(before, order, nowMs)
  if (!plan.ok) return plan
  const made = await createIssuingCa(plan.value, signer.value, nowMs)
  const [abovePem = ''] = abovePems
  if (!isIssuedBy(made.certificatePem, abovePem)) {
    throw new Error('the certificate that was made does not verify')
  }
  const chainPem = made.certificatePem + abovePems.join('')
  return ok({ ...made, chainPem, rootPem: abovePems.at(-1) ?? '' })
}

/** Limits are copied: a CA that is renewed must not be worth more than the one before. */
function planAfter(
  before: Certificate,
  order: SuccessorOrder,
  nowMs: number,
): Result<IssuingCaPlan, string> {
  const keyType = order.keyType ?? keyTypeOf(before.publicKey.key)
  if (keyType === undefined) return err('the key of the CA it follows is of a type unknown here')
  const commonName = order.commonName ?? datedName(before, nowMs)
  if (commonName === undefined || Array.from(commonName).length > MAX_LABEL_CHARACTERS) {
    return err('a common name cannot be made from that of the CA it follows; say it')
  }
  const { list, values } = before.extensions
  return ok({
    subject: { organization: attributeOf(before, 'O'), commonName },
    keyType,
    seconds: order.seconds,
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
    return err('the chain has one certificate; an issuing CA and its root are wanted')
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
  const who = nameToText(subject)
  const privateKey = readPrivateKey(keyPem)
  if (privateKey === undefined) return err(`the key of ${who} is not a private key in PEM`)
  const keyType = keyTypeOf(publicKey.key)
  if (keyType === undefined) return err(`the key of ${who} is of a type unknown here`)
  const own = createPublicKey(privateKey)
  if (!equalOctets(own.export({ format: 'der', type: 'spki' }), publicKey.raw)) {
    return err(`the key is not that of ${who}`)
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
