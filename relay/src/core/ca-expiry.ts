/**
 * Warns that a CA expires while there is time to replace it.
 *
 * A certificate is shortened if it would outlive its CA, so the next CA must sign from one longest lifetime before
 * the expiry. The warning starts at twice the longest lifetime, which leaves one lifetime to act. The longest
 * lifetime is that of the issuer's requests, and at least cert-manager's default, which any Certificate may have.
 * The warning never starts before half of the CA's own lifetime: a short-lived CA is not late on its first day.
 *
 * @module
 */
import { decodePem, type HealthAnswer } from '@edge-issuer/shared'
import { type Certificate, parseCertificate } from '@edge-issuer/shared/x509'
import { rfc3339 } from '../api/time.ts'
import { formatGoDuration } from './go-duration.ts'
import { DEFAULT_DURATION_SECONDS } from './sign-message.ts'
import { issuerExpiring, type IssuerUpdate } from './status-messages.ts'

const DEFAULT_LIFETIME_MS = DEFAULT_DURATION_SECONDS * 1_000
/** More than any chain holds. */
const CHAIN_LIMITS = { label: 'CERTIFICATE', maxBlocks: 16, maxCharacters: 1_048_576 } as const

/** @param askedMs - Lifetimes of requests. @returns The longest lifetime to expect. */
export const longestLifetimeMs = (askedMs: readonly number[]): number =>
  askedMs.reduce((longest, lifetime) => Math.max(longest, lifetime), DEFAULT_LIFETIME_MS)

/** @returns The condition of a successful check with a warning if one is due; any other condition unchanged. */
export function warnOfExpiry(
  update: IssuerUpdate,
  { ca, chain }: HealthAnswer,
  at: { readonly nowMs: number; readonly longestLifetimeMs: number },
): IssuerUpdate {
  const certificate = firstOf(chain)
  if (update.status !== 'True' || certificate === undefined) return update
  const { notAfterMs } = certificate
  const lifeMs = notAfterMs - certificate.notBeforeMs
  // A request for more than the CA's whole lifetime is shortened in any case.
  const lifetimeMs = Math.min(at.longestLifetimeMs, lifeMs)
  if (at.nowMs < notAfterMs - Math.min(2 * lifetimeMs, lifeMs / 2)) return update
  return issuerExpiring({
    ca: ca.subject,
    expiresAt: rfc3339(notAfterMs),
    lifetime: formatGoDuration(lifetimeMs),
    shortensFrom: rfc3339(notAfterMs - lifetimeMs),
  })
}

/** The issuing CA; `undefined` if it cannot be read. */
function firstOf(chain: string): Certificate | undefined {
  const blocks = decodePem(chain, CHAIN_LIMITS)
  const [der] = blocks.ok ? blocks.value : []
  const certificate = der === undefined ? undefined : parseCertificate(der)
  return certificate?.ok === true ? certificate.value : undefined
}
