/**
 * basicConstraints: whether the certificate is a CA's, and how long a path may follow it.
 *
 * @module
 */
import { err, includesUsage, ok, type Result } from '@edge-issuer/shared'
import type { BasicConstraints } from '@edge-issuer/shared/x509'
import type { Finding, Violation } from '../messages.ts'
import type { ClientPolicy } from '../rules/client-policy.ts'
import type { Profile } from '../rules/profile.ts'
import { profileAllowsUsage } from '../usages/usage-rules.ts'
import { found, violationOf } from '../violations.ts'

/** What is requested, by the message and by the certification request in it. */
export interface BasicConstraintsRequest {
  readonly isCA: boolean
  /** As named: without `cert sign` a CA has no path length (RFC 5280 §4.2.1.9). */
  readonly usages: readonly string[]
  readonly asked: BasicConstraints | undefined
}

/** What the request is checked against. */
export interface BasicConstraintsRules {
  readonly profile: Profile
  readonly client: ClientPolicy
  /** How many CA certificates may follow the issuing one; no limit when undefined. */
  readonly issuerPathLength: number | undefined
}

/** @returns The extension of the certificate; or every reason against it. */
export function decideBasicConstraints(
  { isCA, usages, asked }: BasicConstraintsRequest,
  rules: BasicConstraintsRules,
): Result<BasicConstraints, readonly Violation[]> {
  // RFC 5280 §4.2.1.9: only a CA that signs certificates has a path length.
  const decided = isCA && usages.includes(CERT_SIGN) ? shortened(mostOf(rules), asked) : { isCA }
  const violations = found(...(isCA ? checkAllowed(usages, rules) : []), checkSame(asked, decided))
  return violations.length > 0 ? err(violations) : ok(decided)
}

const CERT_SIGN = 'cert sign'

/** Under an issuing CA with a limit, the certificate says what is left of it. */
function mostOf({ profile, issuerPathLength }: BasicConstraintsRules): BasicConstraints {
  const left = issuerPathLength === undefined ? undefined : issuerPathLength - 1
  const pathLength = profile.pathLength ?? left
  return pathLength === undefined ? { isCA: true } : { isCA: true, pathLength }
}

/** A request for a shorter path than the profile allows gets what it asks for. */
const shortened = (most: BasicConstraints, asked: BasicConstraints | undefined): BasicConstraints =>
  asked?.pathLength !== undefined && asked.pathLength < (most.pathLength ?? Infinity)
    ? { isCA: true, pathLength: asked.pathLength }
    : most

const checkAllowed = (
  usages: readonly string[],
  { profile, client, issuerPathLength }: BasicConstraintsRules,
): readonly Violation[] =>
  found(
    checkProfile(profile),
    checkClient(client),
    checkPathLength(profile.pathLength ?? 0, issuerPathLength),
    profile.isCA && profile.requireCertSign && !usages.includes(CERT_SIGN)
      ? ({ kind: 'cert_sign_missing', rule: 'requireCertSign' } as const)
      : undefined,
  ).map(violationOf({ code: 'ca_not_allowed', field: 'isCA', actual: 'true' }))

function checkProfile(profile: Profile): Finding | undefined {
  if (!profile.isCA) return { kind: 'ca_not_in_profile', rule: 'isCA' }
  return profileAllowsUsage(profile, CERT_SIGN)
    ? undefined
    : { kind: 'ca_usage_not_in_profile', rule: 'usages' }
}

function checkClient({ allowed }: ClientPolicy): Finding | undefined {
  if (allowed === undefined) return undefined
  if (!allowed.isCA) return { kind: 'ca_not_in_client', rule: 'allowed.isCA' }
  return includesUsage(allowed.usages, CERT_SIGN)
    ? undefined
    : { kind: 'ca_usage_not_in_client', rule: 'allowed.usages' }
}

/** RFC 5280 §4.2.1.9: each CA certificate takes one from the path length above it. */
function checkPathLength(wanted: number, limit: number | undefined): Finding | undefined {
  if (limit === undefined || wanted < limit) return undefined
  return limit === 0
    ? { kind: 'no_path_length_left' }
    : { kind: 'path_length', rule: 'pathLength', expected: [String(limit)], size: wanted }
}

const checkSame = (
  asked: BasicConstraints | undefined,
  decided: BasicConstraints,
): Violation | undefined =>
  asked === undefined ||
  (asked.isCA === decided.isCA &&
    (asked.pathLength === undefined || asked.pathLength === decided.pathLength))
    ? undefined
    : {
        code: 'ca_mismatch',
        kind: 'basic_constraints_differ',
        field: 'isCA',
        actual: toText(asked),
        expected: [toText(decided)],
      }

const toText = ({ isCA, pathLength }: BasicConstraints): string =>
  `isCA ${String(isCA)}${pathLength === undefined ? '' : ` with path length ${String(pathLength)}`}`
