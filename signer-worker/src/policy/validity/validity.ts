/**
 * When a certificate begins and ends: notAfter − notBefore is exactly the duration requested, as
 * cert-manager's own issuers and its test suites have it. The backdate is inside the duration, since
 * cert-manager renews in a loop what is longer than it requested (cert-manager#7157).
 *
 * @module
 */
import { err, ok, type Refusal, type Result } from '@edge-issuer/shared'
import { timeToText } from '@edge-issuer/shared/x509'
import type { Validity } from '../../model/certificate-plan.ts'
import { refuseEach } from '../refusals.ts'
import type { ClientPolicy } from '../rules/client-policy.ts'
import type { Profile } from '../rules/profile.ts'

/** What the times are made from. */
export interface ValidityRequest {
  readonly durationSeconds: number
  /** The clock, epoch ms. */
  readonly nowMs: number
}

/** What they are held against. */
export interface ValidityRules {
  readonly profile: Profile
  readonly client: ClientPolicy
  /** When the issuing CA and all above it are valid, epoch ms, both ends included. */
  readonly issuer: { readonly notBeforeMs: number; readonly notAfterMs: number }
}

/** @returns The times; or `duration_not_allowed`, or `issuer_expiring` when too little is left. */
export function decideValidity(
  request: ValidityRequest,
  rules: ValidityRules,
): Result<Validity, readonly Refusal[]> {
  const refusals = judgeDuration(request.durationSeconds, rules)
  return refusals.length > 0 ? err(refusals) : fitIssuer(request, rules)
}

function judgeDuration(seconds: number, { profile, client }: ValidityRules): readonly Refusal[] {
  const { minDurationSeconds, maxDurationSeconds, onExceed } = profile
  const { constraints } = client
  const { minDurationSeconds: clientMin = 0, maxDurationSeconds: clientMax = Infinity } =
    constraints
  return refuseEach(
    'duration_not_allowed',
    [
      seconds < minDurationSeconds
        ? `below the profile's minimum of ${String(minDurationSeconds)}s`
        : undefined,
      onExceed === 'reject' && seconds > maxDurationSeconds
        ? `above the profile's maximum of ${String(maxDurationSeconds)}s`
        : undefined,
      seconds < clientMin
        ? `below this client's constraints.minDurationSeconds of ${String(clientMin)}s`
        : undefined,
      seconds > clientMax
        ? `above this client's constraints.maxDurationSeconds of ${String(clientMax)}s`
        : undefined,
    ],
    (violation) =>
      `duration ${String(seconds)}s is ${violation}; change the request, or ask the CA's operator`,
  )
}

function fitIssuer(
  { durationSeconds, nowMs }: ValidityRequest,
  { profile, issuer }: ValidityRules,
): Result<Validity, readonly Refusal[]> {
  const nowSeconds = Math.floor(nowMs / 1000)
  const [issuerStart, issuerEnd] = [issuer.notBeforeMs / 1000, issuer.notAfterMs / 1000]
  if (nowSeconds < issuerStart) {
    return expiring(`the issuing CA is valid only from ${timeToText(issuer.notBeforeMs)}`)
  }
  const allowedSeconds = Math.min(durationSeconds, profile.maxDurationSeconds)
  const notBeforeSeconds = Math.max(nowSeconds - profile.backdateSeconds, issuerStart)
  const wantedEnd = notBeforeSeconds + allowedSeconds
  const notAfterSeconds = Math.min(wantedEnd, issuerEnd)
  const isShortened = notAfterSeconds < wantedEnd
  const lengthSeconds = notAfterSeconds - notBeforeSeconds
  if (isShortened && lengthSeconds < profile.minDurationSeconds) {
    return expiring(
      `the issuing CA expires at ${timeToText(issuer.notAfterMs)}, which leaves less than the profile's minimum of ${String(profile.minDurationSeconds)}s`,
    )
  }
  const byProfile = allowedSeconds < durationSeconds ? 'profile' : null
  return ok({ notBeforeSeconds, notAfterSeconds, clamped: isShortened ? 'issuer' : byProfile })
}

const expiring = (fault: string): Result<never, readonly Refusal[]> =>
  err([{ code: 'issuer_expiring', detail: `${fault}; the CA's operator must renew it` }])

/** @returns What to say of a certificate that is shorter than requested. */
export function validityWarnings(
  { clamped, notBeforeSeconds, notAfterSeconds }: Validity,
  durationSeconds: number,
): readonly string[] {
  if (clamped === null) return []
  const limit = clamped === 'profile' ? "the profile's maximum" : 'the lifetime of the issuing CA'
  return [
    `the duration is shortened from ${String(durationSeconds)}s to ${String(notAfterSeconds - notBeforeSeconds)}s by ${limit}`,
  ]
}
