/**
 * Looks at what came back before anything is written: a certificate that cert-manager would refuse,
 * or that somebody else could use, must never reach an object.
 *
 * @module
 */
import {
  asApproved,
  decodeBase64,
  err,
  ok,
  type PemLimits,
  type Result,
  type SignAnswer,
  type SignRequest,
} from '@edge-issuer/shared'
import {
  type Certificate,
  type CertificationRequest,
  equalOctets,
  EXTENSION_OID,
  type Extensions,
  parseCertificationRequest,
} from '@edge-issuer/shared/x509'
import type { SignerFault } from '../api/signer-fault.ts'
import type { Certificates, Link } from './certificates.ts'

/** What is written into the request: PEM, without a root in the chain. */
export interface IssuedChain {
  readonly chainPem: string
  /** The root of the chain, then the roots of the issuer's other CAs. */
  readonly caPem: string
}

/** What the answer is held against. */
export interface Expectation {
  readonly request: SignRequest
  /** Fingerprints of the issuing CAs that the last health check saw, if one did. */
  readonly seenCas: readonly string[] | undefined
  readonly nowMs: number
}

/**
 * cert-manager's limits (internal/pem/decode.go), in characters. It copies `status.ca` to `ca.crt` as
 * it is, and takes it for a bundle where it reads it: every certificate of it goes into a keystore.
 * Its limit for one certificate is above what {@link parseCertificate} reads.
 */
const MAX_CHAIN_CHARACTERS = 95_000
const MAX_BUNDLE_CHARACTERS = 330_000

const MAX_CHAIN_CERTIFICATES = 10
/** One for each CA that the worker's configuration can give an issuer, and one that is gone. */
const MAX_BUNDLE_CERTIFICATES = 9

/**
 * Accepts an answer only if it is one chain, each link signed by the next and the last by one of the
 * roots; if each root is one; if the leaf has the key, the subject and the names of the request, byte
 * for byte, and is a CA exactly when that was asked; if it is valid now; and if its issuer is a CA
 * that the health check saw, in whatever state: a certificate may have been signed before a cut-over.
 *
 * @returns What is to be written, or the fault. An unseen CA is the issuer's affair (it may have
 *   been rotated, the next check will see); anything else is temporary, since the worker is at fault
 *   and can be mended.
 */
export function verifyAnswer(
  answer: SignAnswer,
  expected: Expectation,
  certificates: Certificates,
): Result<IssuedChain, SignerFault> {
  const chain = certificates.read(answer.chain, 'chain', CHAIN_LIMITS)
  if (!chain.ok) return refused(`chain: ${chain.error}`)
  const roots = certificates.read(answer.ca, 'bundle', BUNDLE_LIMITS)
  if (!roots.ok) return refused(`ca: ${roots.error}`)
  const [leaf, above] = chain.value
  const last = chain.value.at(-1)
  const root = roots.value.find((one) => last !== undefined && certificates.isIssuedBy(last, one))
  const fault = faultOfRoots(roots.value, certificates) ?? faultOfChain(chain.value, certificates)
  if (fault !== undefined) return refused(fault)
  if (leaf === undefined || root === undefined) return refused('no root in ca signed the chain')
  const leafFault = faultOfLeaf(leaf.parts, expected)
  if (leafFault !== undefined) return refused(leafFault)
  const issuing = fingerprint(above ?? root)
  if (expected.seenCas?.includes(issuing) === false) return unseen(issuing, expected.seenCas)
  const others = roots.value.filter((one) => one !== root)
  return ok({ chainPem: joinPem(chain.value), caPem: joinPem([root, ...others]) })
}

const CHAIN_LIMITS: PemLimits = {
  label: 'CERTIFICATE',
  maxBlocks: MAX_CHAIN_CERTIFICATES,
  maxCharacters: MAX_CHAIN_CHARACTERS,
}
const BUNDLE_LIMITS: PemLimits = {
  label: 'CERTIFICATE',
  maxBlocks: MAX_BUNDLE_CERTIFICATES,
  maxCharacters: MAX_BUNDLE_CHARACTERS,
}

const fingerprint = ({ x509 }: Link): string =>
  x509.fingerprint256.replaceAll(':', '').toLowerCase()

const unseen = (found: string, seen: readonly string[]): Result<never, SignerFault> =>
  err({
    class: 'issuer',
    code: 'ca_unseen',
    message: `the certificate is signed by a CA with fingerprint ${found}, the last health check saw ${seen.join(', ')}`,
  })

const refused = (found: string): Result<never, SignerFault> =>
  err({
    class: 'temporary',
    code: 'answer_refused',
    message: `the worker sent a certificate that was not asked for: ${found}`,
  })

/** Each certificate but the last is signed by the one after it, which is a CA. */
function faultOfChain(links: readonly Link[], certificates: Certificates): string | undefined {
  for (const [index, link] of links.entries()) {
    const next = links[index + 1]
    if (next !== undefined && !certificates.isIssuedBy(link, next)) {
      return `certificate ${String(index + 1)} of the chain is not signed by the next`
    }
    if (index > 0 && !link.x509.ca) {
      return `certificate ${String(index + 1)} of the chain is not a CA`
    }
  }
  return undefined
}

function faultOfRoots(roots: readonly Link[], certificates: Certificates): string | undefined {
  const index = roots.findIndex((root) => !root.x509.ca || !certificates.isIssuedBy(root, root))
  return index < 0 ? undefined : `certificate ${String(index + 1)} in ca is not a root`
}

function faultOfLeaf(leaf: Certificate, { request, nowMs }: Expectation): string | undefined {
  const csr = readCsr(request)
  if (csr === undefined) return 'the certification request that was sent is not well-formed'
  const [difference] = leafDifferences(leaf, { csr, isCA: request.isCA })
  return difference ?? (leaf.notAfterMs <= nowMs ? 'it is expired' : undefined)
}

/** What a certificate has to have of the request for it. */
export interface AskedLeaf {
  readonly csr: CertificationRequest
  readonly isCA: boolean
}

/** Every difference between a certificate and what was asked for, to follow the certificate's name. */
export function leafDifferences(leaf: Certificate, { csr, isCA }: AskedLeaf): readonly string[] {
  const isLeafCA = leaf.extensions.values.basicConstraints?.isCA ?? false
  return [
    isEqual(leaf.publicKey.raw, csr.publicKey.raw) ? undefined : 'its public key is another',
    isEqual(leaf.subject.raw, csr.subject.raw) ? undefined : 'its subject is another',
    isEqual(subjectAltName(leaf.extensions), subjectAltName(csr.extensions))
      ? undefined
      : 'its subject alternative names are others',
    isLeafCA === isCA ? undefined : isLeafCA ? 'it is a CA' : 'it is not a CA',
  ].filter((difference) => difference !== undefined)
}

function readCsr(request: SignRequest): CertificationRequest | undefined {
  const der = decodeBase64(request.csr)
  const csr = der === undefined ? undefined : parseCertificationRequest(der)
  return csr?.ok === true ? asApproved(csr.value, request.origin) : undefined
}

const subjectAltName = ({ list }: Extensions): Uint8Array | undefined =>
  list.find(({ oid }) => oid === EXTENSION_OID.subjectAltName)?.value

function isEqual(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equalOctets(a, b)
}

const joinPem = (links: readonly Link[]): string => links.map(({ pem }) => pem).join('')
