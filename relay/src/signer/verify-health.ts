/**
 * Checks what a worker says about its CAs before the issuer is Ready: what it says is what certificates
 * are checked against afterwards.
 *
 * @module
 */
import { err, type HealthAnswer, ok, type Result } from '@edge-issuer/shared'
import { nameToText } from '@edge-issuer/shared/x509'
import type { SignerError } from '../api/signer-error.ts'
import { rfc3339 } from '../api/time.ts'
import type { VerifiedHealth } from '../core/check-outcome.ts'
import { type CertificateCache, fingerprint } from './certificate-cache.ts'
import { chainProblem, rootsProblem } from './chain-problem.ts'
import { BUNDLE_LIMITS, CHAIN_LIMITS } from './verify-response.ts'

/**
 * Accepts an answer only if its bundle is one of roots; if its chain is one of CAs that are not expired,
 * each signed by the next, that ends at a root of the bundle; and if the first of the chain is the CA that
 * it says signs, which is also among its issuing CAs.
 *
 * @returns The answer with its roots, or the error, which the worker's operator can correct.
 */
export function verifyHealth(
  answer: HealthAnswer,
  certificates: CertificateCache,
  nowMs: number,
): Result<VerifiedHealth, SignerError> {
  const chain = certificates.read(answer.chain, 'bundle', CHAIN_LIMITS)
  if (!chain.ok) return refused(`chain: ${chain.error}`)
  const bundle = certificates.read(answer.bundle, 'bundle', BUNDLE_LIMITS)
  if (!bundle.ok) return refused(`bundle: ${bundle.error}`)
  const context = { certificates, nowMs }
  const rootProblem = rootsProblem(bundle.value, context)
  if (rootProblem !== undefined) return refused(`bundle: ${rootProblem}`)
  const problem = chainProblem(chain.value, 0, context)
  if (problem !== undefined) return refused(problem)
  const [issuing] = chain.value
  const root = chain.value.at(-1)
  if (issuing === undefined || !bundle.value.some(({ pem }) => pem === root?.pem)) {
    return refused('the chain does not end at a root of the bundle')
  }
  const { sha256 } = answer.ca
  if (fingerprint(issuing) !== sha256) {
    return refused(
      `ca.sha256 is ${sha256}, and the first certificate of the chain has ${fingerprint(issuing)}`,
    )
  }
  if (!answer.authorities.some((one) => one.sha256 === sha256)) {
    return refused(`ca.sha256 is ${sha256}, and no CA in authorities has it`)
  }
  const roots = bundle.value.map((link) => ({
    sha256: fingerprint(link),
    notAfter: rfc3339(link.parts.notAfterMs),
    subject: nameToText(link.parts.subject),
  }))
  return ok({ ...answer, roots })
}

const refused = (found: string): Result<never, SignerError> =>
  err({
    class: 'temporary',
    code: 'answer_refused',
    message: `the worker's health answer is not consistent: ${found}; action required by the CA's operator`,
  })
