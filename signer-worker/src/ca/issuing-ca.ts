/**
 * An issuing CA: the facts of its certificate and of the chain above it, and its private key.
 *
 * @module
 */
import { createHash, createPrivateKey, type KeyObject, sign, verify } from 'node:crypto'
import { decodePem, encodePem, err, KEY_USAGE_BITS, ok, type Result } from '@edge-issuer/shared'
import {
  type Certificate,
  der,
  type Extension,
  EXTENSION_OID,
  nameToText,
  parseCertificate,
  timeToText,
  toHex,
} from '@edge-issuer/shared/x509'
import type { IssuingCa, IssuingKey } from '../model/issuing-ca.ts'
import { importPublicKey } from '../policy/key/import-public-key.ts'
import { requiredPolicies } from './chain-policies.ts'
import { checkChain, type ChainLink } from './chain.ts'
import { distributionExtensions, type PublishedUrls } from './distribution-urls.ts'
import { signingAlgorithm } from './signing-algorithm.ts'

/** Limits on the PEM of a chain: far above what a chain of CAs needs. */
const MAX_CHAIN_CERTIFICATES = 8
const MAX_CHAIN_CHARACTERS = 98_304

/** Limit on the PEM of a private key, in characters: cert-manager's (internal/pem/decode.go). */
const MAX_KEY_CHARACTERS = 13_000

/** What the key signs to prove itself. No certificate begins like this. */
const PROOF = new TextEncoder().encode('edge-issuer: this key belongs to this certificate')

/**
 * Reads the chain of an issuing CA.
 *
 * @param chainPem - The issuing CA, then each one above it, the root last.
 * @param urls - Where it publishes; nowhere when absent.
 * @returns The facts, or every error of the chain. Whether it is valid now is another question:
 *   {@link checkIssuingCaAt}.
 */
export function loadIssuingCa(
  chainPem: string,
  urls: PublishedUrls = {},
): Result<IssuingCa, readonly string[]> {
  const blocks = decodePem(chainPem, {
    label: 'CERTIFICATE',
    maxBlocks: MAX_CHAIN_CERTIFICATES,
    maxCharacters: MAX_CHAIN_CHARACTERS,
  })
  if (!blocks.ok) return err([blocks.error])
  const links: ChainLink[] = []
  const errors: string[] = []
  for (const [index, block] of blocks.value.entries()) {
    const parsed = parseCertificate(block)
    if (parsed.ok) links.push({ der: block, certificate: parsed.value })
    else errors.push(`certificate ${String(index + 1)} cannot be read: ${parsed.error.message}`)
  }
  if (errors.length > 0) return err(errors)
  return factsOf(links, urls)
}

/** Whether the whole chain is valid at a time, in epoch ms; or why not. */
export function checkIssuingCaAt(ca: IssuingCa, nowMs: number): Result<void, string> {
  const nowSeconds = Math.floor(nowMs / 1000)
  if (nowSeconds * 1000 < ca.notBeforeMs) {
    return err(
      `the issuing CA "${ca.subjectText}" is valid only from ${timeToText(ca.notBeforeMs)}`,
    )
  }
  if (nowSeconds * 1000 > ca.notAfterMs) {
    return err(
      `the issuing CA "${ca.subjectText}" expired at ${timeToText(ca.notAfterMs)}; the CA's operator must renew it`,
    )
  }
  return ok(undefined)
}

/**
 * Reads a private key and lets it prove that it belongs to the certificate.
 *
 * @param privateKeyPem - PKCS#8.
 * @returns The key; or an error, which follows the name of the secret and has nothing of its contents.
 */
export function loadIssuingKey(ca: IssuingCa, privateKeyPem: string): Result<IssuingKey, string> {
  const blocks = decodePem(privateKeyPem, {
    label: 'PRIVATE KEY',
    maxBlocks: 1,
    maxCharacters: MAX_KEY_CHARACTERS,
  })
  const [pkcs8] = blocks.ok ? blocks.value : []
  const privateKey = pkcs8 === undefined ? undefined : importPrivateKey(pkcs8)
  if (privateKey === undefined) return err('is not one private key in PKCS#8 PEM')
  const publicKey = publicKeyOf(ca)
  return publicKey !== undefined && isPair(ca, { privateKey, publicKey })
    ? ok({ privateKey, publicKey })
    : err(`does not belong to the issuing CA's certificate (${ca.subjectText})`)
}

function importPrivateKey(pkcs8: Uint8Array): KeyObject | undefined {
  try {
    return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
  } catch {
    return undefined
  }
}

function publicKeyOf({ publicKey }: IssuingCa): KeyObject | undefined {
  try {
    return importPublicKey(publicKey.raw)
  } catch {
    // The reader does not check coordinates.
    return undefined
  }
}

function isPair({ signing: { hash } }: IssuingCa, { privateKey, publicKey }: IssuingKey): boolean {
  try {
    return verify(hash, PROOF, publicKey, sign(hash, PROOF, privateKey))
  } catch {
    // A key of another kind cannot sign with the certificate's algorithm.
    return false
  }
}

function factsOf(
  links: readonly ChainLink[],
  urls: PublishedUrls,
): Result<IssuingCa, readonly string[]> {
  const errors = checkChain(links)
  const policies = requiredPolicies(links.map(({ certificate }) => certificate))
  const [issuing] = links
  const subjectKeyId = issuing?.certificate.extensions.values.subjectKeyIdentifier
  const signing = issuing && signingAlgorithm(issuing.certificate.publicKey.key)
  // All but the first are errors of the chain as well; here they are what the types cannot know.
  if (
    errors.length > 0 ||
    issuing === undefined ||
    subjectKeyId === undefined ||
    !signing ||
    !policies.ok
  ) {
    return err(errors)
  }
  const pems = links.map((link) => encodePem('CERTIFICATE', link.der))
  const { extensions, publicKey, serialNumber, subject } = issuing.certificate
  return ok({
    ...limitsOf(links.map(({ certificate }) => certificate)),
    requiredPolicies: policies.value,
    certificates: links.map((link) => link.der),
    chainPem: pems.join(''),
    intermediatesPem: pems.slice(0, -1).join(''),
    rootPem: pems.at(-1) ?? '',
    subject: subject.raw,
    subjectText: nameToText(subject),
    subjects: links.map(({ certificate }) => certificate.subject),
    authorityKeyId: authorityKeyIdentifier(subjectKeyId),
    publicKey,
    signing,
    serialNumber: toHex(serialNumber),
    sha256: createHash('sha256').update(issuing.der).digest('hex'),
    canSignCrls: extensions.values.keyUsage?.includes(KEY_USAGE_BITS['crl sign']) ?? false,
    distribution: distributionExtensions(urls),
  })
}

/** Tag of keyIdentifier in AuthorityKeyIdentifier: `[0] IMPLICIT OCTET STRING` (RFC 5280 §4.2.1.1). */
const KEY_IDENTIFIER = 0x80

const authorityKeyIdentifier = (subjectKeyId: Uint8Array): Extension => ({
  oid: EXTENSION_OID.authorityKeyIdentifier,
  critical: false,
  value: der.encode(der.sequence(der.element(KEY_IDENTIFIER, subjectKeyId))),
})

type Limits = Pick<
  IssuingCa,
  'notBeforeMs' | 'notAfterMs' | 'pathLength' | 'nameConstraints' | 'extKeyUsages'
>

/** A certificate is worth as much as the weakest one above it. */
function limitsOf(certificates: readonly Certificate[]): Limits {
  const values = certificates.map(({ extensions }) => extensions.values)
  const pathLengths = values.flatMap(({ basicConstraints }, index) =>
    basicConstraints?.pathLength === undefined ? [] : [basicConstraints.pathLength - index],
  )
  return {
    notBeforeMs: Math.max(...certificates.map(({ notBeforeMs }) => notBeforeMs)),
    notAfterMs: Math.min(...certificates.map(({ notAfterMs }) => notAfterMs)),
    pathLength: pathLengths.length === 0 ? undefined : Math.min(...pathLengths),
    nameConstraints: values.flatMap(({ nameConstraints }) => nameConstraints ?? []),
    extKeyUsages: values.flatMap(({ extKeyUsage }) => (extKeyUsage ? [extKeyUsage] : [])),
  }
}
