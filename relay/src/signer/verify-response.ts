/**
 * Verifies the worker's response before anything is written: a certificate that cert-manager would refuse, or
 * that another party could use, must never reach an object.
 *
 * @module
 */
import {
  asApproved,
  decodeBase64,
  err,
  MAX_CLOCK_SKEW_SECONDS,
  ok,
  type PemLimits,
  type Result,
  type SignAnswer,
  type SignRequest,
} from '@edge-issuer/shared'
import {
  type Certificate,
  type CertificationRequest,
  parseCertificationRequest,
  timeToText,
} from '@edge-issuer/shared/x509'
import type { SeenFingerprints } from '../api/issuer.ts'
import type { SignerError } from '../api/signer-error.ts'
import { type CertificateCache, fingerprint, type ParsedCertificate } from './certificate-cache.ts'
import { type ChainContext, chainProblem, isExpired, rootsProblem } from './chain-problem.ts'
import { leafDifferences } from './leaf-differences.ts'

/** What is written into the request: PEM, without a root in the chain. */
export interface IssuedChain {
  readonly chainPem: string
  /** The root of the chain, then the roots of the issuer's other CAs. */
  readonly caPem: string
}

/** What the response must match. */
export interface Expectation {
  readonly request: SignRequest
  /** What the last health check saw; empty before the first one. */
  readonly seen: SeenFingerprints
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
 * roots; if each root is one; if the leaf is what was requested, see {@link leafDifferences}; if it is
 * valid now, its last second included, and begins at most {@link MAX_CLOCK_SKEW_SECONDS} from now; if its
 * issuer is a CA that the health check saw, in whatever state: a certificate may have been signed before a
 * cut-over; and if the health check saw every root.
 *
 * @returns What to write, or the error. An unseen CA or root is an error of the issuer (it may have been rotated,
 *   and the next check will see it); anything else is temporary, since the worker's operator can correct it.
 */
export function verifyResponse(
  answer: SignAnswer,
  expected: Expectation,
  certificates: CertificateCache,
): Result<IssuedChain, SignerError> {
  const chain = certificates.read(answer.chain, 'chain', CHAIN_LIMITS)
  if (!chain.ok) return invalid(`chain: ${chain.error}`)
  const roots = certificates.read(answer.ca, 'bundle', BUNDLE_LIMITS)
  if (!roots.ok) return invalid(`ca: ${roots.error}`)
  const [leaf, above] = chain.value
  const last = chain.value.at(-1)
  const root = roots.value.find((one) => last !== undefined && certificates.isIssuedBy(last, one))
  const context = { certificates, nowMs: expected.nowMs }
  const rootProblem = rootsProblem(roots.value, context)
  if (rootProblem !== undefined) return invalid(`ca: ${rootProblem}`)
  const problem = pathProblem(chain.value, root, context)
  if (problem !== undefined) return invalid(problem)
  if (leaf === undefined || root === undefined) return invalid('no root in ca signed the chain')
  const mismatch = requestMismatch(leaf.parts, expected.request)
  if (mismatch !== undefined) {
    return refused(`the certificate does not match the request: ${mismatch}`)
  }
  const outside = outsideValidity(leaf.parts, expected.nowMs)
  if (outside !== undefined) return invalid(outside)
  const unseen = unseenError({ issuing: above ?? root, roots: roots.value }, expected.seen)
  if (unseen !== undefined) return err(unseen)
  const others = roots.value.filter((one) => one !== root)
  return ok({ chainPem: joinPem(chain.value), caPem: joinPem([root, ...others]) })
}

export const CHAIN_LIMITS: PemLimits = {
  label: 'CERTIFICATE',
  maxBlocks: MAX_CHAIN_CERTIFICATES,
  maxCharacters: MAX_CHAIN_CHARACTERS,
}
export const BUNDLE_LIMITS: PemLimits = {
  label: 'CERTIFICATE',
  maxBlocks: MAX_BUNDLE_CERTIFICATES,
  maxCharacters: MAX_BUNDLE_CHARACTERS,
}

/** The first CA or root in the response that the last health check did not see. */
function unseenError(
  found: { readonly issuing: ParsedCertificate; readonly roots: readonly ParsedCertificate[] },
  seen: SeenFingerprints,
): SignerError | undefined {
  const issuing = fingerprint(found.issuing)
  if (!seen.cas.includes(issuing)) {
    return caUnseen(
      `the certificate is signed by a CA with fingerprint ${issuing}, the last health check saw ${listed(seen.cas)}`,
    )
  }
  const root = found.roots.map(fingerprint).find((one) => !seen.roots.includes(one))
  if (root === undefined) return undefined
  return caUnseen(
    `the certificate comes with a root with fingerprint ${root}, the last health check saw ${listed(seen.roots)}`,
  )
}

const listed = (fingerprints: readonly string[]): string =>
  fingerprints.length === 0 ? 'none' : fingerprints.join(', ')

const caUnseen = (message: string): SignerError => ({ class: 'issuer', code: 'ca_unseen', message })

const invalid = (problem: string): Result<never, SignerError> =>
  refused(`the worker sent an invalid certificate: ${problem}`)

const refused = (message: string): Result<never, SignerError> =>
  err({ class: 'temporary', code: 'answer_refused', message })

/** @param root - The one that signed the chain. */
function pathProblem(
  chain: readonly ParsedCertificate[],
  root: ParsedCertificate | undefined,
  context: ChainContext,
): string | undefined {
  if (root === undefined) return chainProblem(chain, 1, context)
  return chain.at(-1)?.pem === root.pem
    ? 'the chain contains its root'
    : chainProblem([...chain, root], 1, context)
}

function requestMismatch(leaf: Certificate, request: SignRequest): string | undefined {
  const csr = readCsr(request)
  if (csr === undefined) return 'the certification request that was sent is malformed'
  const [difference] = leafDifferences(leaf, { csr, request })
  return difference
}

function outsideValidity(leaf: Certificate, nowMs: number): string | undefined {
  if (isExpired(leaf, nowMs)) return 'it is expired'
  return leaf.notBeforeMs > nowMs + MAX_CLOCK_SKEW_SECONDS * 1_000
    ? `it is not valid before ${timeToText(leaf.notBeforeMs)}`
    : undefined
}

function readCsr(request: SignRequest): CertificationRequest | undefined {
  const der = decodeBase64(request.csr)
  const csr = der === undefined ? undefined : parseCertificationRequest(der)
  return csr?.ok === true ? asApproved(csr.value, request.origin) : undefined
}

const joinPem = (links: readonly ParsedCertificate[]): string =>
  links.map(({ pem }) => pem).join('')
