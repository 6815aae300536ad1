/**
 * Warns of a CA that comes to its end while there is time to replace it.
 *
 * A certificate is cut short as soon as the CA ends before it would, so the next CA must sign from one
 * longest lifetime before the end. The warning comes from two of them: one to act in. The longest
 * lifetime is what this relay knows of it: what requests of the issuer ask for, and at least
 * cert-manager's default, which any Certificate may ask for at any time. It never comes before half of
 * the CA's own life has passed: a short-lived CA is not late from its first day.
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

/** @param askedMs - What requests ask for. @returns The longest lifetime that is to be reckoned with. */
export const longestLifetimeMs = (askedMs: readonly number[]): number =>
  askedMs.reduce((longest, lifetime) => Math.max(longest, lifetime), DEFAULT_LIFETIME_MS)

/** @returns The update of a good check, with the warning when it is time for it; any other as it is. */
export function warnOfExpiry(
  update: IssuerUpdate,
  { ca, chain }: HealthAnswer,
  at: { readonly nowMs: number; readonly longestLifetimeMs: number },
): IssuerUpdate {
  const certificate = firstOf(chain)
  if (update.status !== 'True' || certificate === undefined) return update
  const { notAfterMs } = certificate
  const lifeMs = notAfterMs - certificate.notBeforeMs
  // Whoever asks for more than the CA's whole life is cut short anyway.
  const lifetimeMs = Math.min(at.longestLifetimeMs, lifeMs)
  if (at.nowMs < notAfterMs - Math.min(2 * lifetimeMs, lifeMs / 2)) return update
  return issuerExpiring({
    ca: ca.subject,
    expiresAt: rfc3339(notAfterMs),
    lifetime: formatGoDuration(lifetimeMs),
    shortensFrom: rfc3339(notAfterMs - lifetimeMs),
  })
}

/** The issuing CA; nothing when it cannot be read. */
function firstOf(chain: string): Certificate | undefined {
  const blocks = decodePem(chain, CHAIN_LIMITS)
  const [der] = blocks.ok ? blocks.value : []
  const certificate = der === undefined ? undefined : parseCertificate(der)
  return certificate?.ok === true ? certificate.value : undefined
}
