/**
 * When a certificate begins and ends: notAfter − notBefore is exactly the duration requested, as
 * cert-manager's own issuers and its test suites have it. The backdate is inside the duration, since
 * cert-manager renews in a loop what is longer than it requested (cert-manager#7157).
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { timeToText } from '@edge-issuer/shared/x509'
import type { Validity } from '../../model/certificate-plan.ts'
import type { Finding, Violation } from '../messages.ts'
import type { ClientPolicy } from '../rules/client-policy.ts'
import type { Profile } from '../rules/profile.ts'
import { found, violationOf } from '../violations.ts'

/** The requested duration, and the clock. */
export interface ValidityRequest {
  readonly durationSeconds: number
  /** The clock, epoch ms. */
  readonly nowMs: number
}

/** What the duration is checked against. */
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
): Result<Validity, readonly Violation[]> {
  const violations = checkDuration(request.durationSeconds, rules)
  return violations.length > 0 ? err(violations) : fitIssuer(request, rules)
}

function checkDuration(seconds: number, { profile, client }: ValidityRules): readonly Violation[] {
  const { minDurationSeconds: min, maxDurationSeconds: max, onExceed } = profile
  const { minDurationSeconds: clientMin = 0, maxDurationSeconds: clientMax = Infinity } =
    client.constraints
  return found<Finding>(
    seconds < min
      ? { kind: 'duration_too_short', rule: 'minDurationSeconds', expected: [String(min)] }
      : undefined,
    onExceed === 'reject' && seconds > max
      ? { kind: 'duration_too_long', rule: 'maxDurationSeconds', expected: [String(max)] }
      : undefined,
    seconds < clientMin
      ? {
          kind: 'duration_too_short_for_client',
          rule: 'constraints.minDurationSeconds',
          expected: [String(clientMin)],
        }
      : undefined,
    seconds > clientMax
      ? {
          kind: 'duration_too_long_for_client',
          rule: 'constraints.maxDurationSeconds',
          expected: [String(clientMax)],
        }
      : undefined,
  ).map(
    violationOf({
      code: 'duration_not_allowed',
      field: 'durationSeconds',
      actual: String(seconds),
    }),
  )
}

function fitIssuer(
  { durationSeconds, nowMs }: ValidityRequest,
  { profile, issuer }: ValidityRules,
): Result<Validity, readonly Violation[]> {
  const nowSeconds = Math.floor(nowMs / 1000)
  const [issuerStart, issuerEnd] = [issuer.notBeforeMs / 1000, issuer.notAfterMs / 1000]
  if (nowSeconds < issuerStart) {
    const expected = [timeToText(issuer.notBeforeMs)]
    return expiring(durationSeconds, { kind: 'ca_not_yet_valid', expected })
  }
  const allowedSeconds = Math.min(durationSeconds, profile.maxDurationSeconds)
  const notBeforeSeconds = Math.max(nowSeconds - profile.backdateSeconds, issuerStart)
  const wantedEnd = notBeforeSeconds + allowedSeconds
  const notAfterSeconds = Math.min(wantedEnd, issuerEnd)
  const isShortened = notAfterSeconds < wantedEnd
  const lengthSeconds = notAfterSeconds - notBeforeSeconds
  if (isShortened && lengthSeconds < profile.minDurationSeconds) {
    const expected = [timeToText(issuer.notAfterMs), String(profile.minDurationSeconds)]
    return expiring(durationSeconds, { kind: 'ca_expires', rule: 'minDurationSeconds', expected })
  }
  const byProfile = allowedSeconds < durationSeconds ? 'profile' : null
  return ok({ notBeforeSeconds, notAfterSeconds, clamped: isShortened ? 'issuer' : byProfile })
}

const expiring = (durationSeconds: number, finding: Finding): Result<never, readonly Violation[]> =>
  err([
    {
      ...finding,
      code: 'issuer_expiring',
      field: 'durationSeconds',
      actual: String(durationSeconds),
    },
  ])

/** @returns A warning for a certificate that is shorter than requested. */
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
