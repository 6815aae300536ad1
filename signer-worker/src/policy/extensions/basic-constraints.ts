/**
 * basicConstraints: whether the certificate is a CA's, and how long a path may follow it.
 *
 * @module
 */
import { err, includesUsage, ok, type Refusal, type Result } from '@edge-issuer/shared'
import type { BasicConstraints } from '@edge-issuer/shared/x509'
import { joinRefusals, refuseEach } from '../refusals.ts'
import type { ClientPolicy } from '../rules/client-policy.ts'
import type { Profile } from '../rules/profile.ts'
import { profileAllowsUsage } from '../usages/usage-rules.ts'

/** What is asked for, and by the certification request itself if it says so. */
export interface AuthorityRequest {
  readonly isCA: boolean
  /** As named: without `cert sign` a CA has no path length (RFC 5280 §4.2.1.9). */
  readonly usages: readonly string[]
  readonly asked: BasicConstraints | undefined
}

/** What it is held against. */
export interface AuthorityRules {
  readonly profile: Profile
  readonly client: ClientPolicy
  /** How many CA certificates may follow the issuing one; no limit when undefined. */
  readonly issuerPathLength: number | undefined
}

/** @returns The extension of the certificate; or every reason against it. */
export function decideAuthority(
  { isCA, usages, asked }: AuthorityRequest,
  rules: AuthorityRules,
): Result<BasicConstraints, readonly Refusal[]> {
  // RFC 5280 §4.2.1.9: only a CA that signs certificates has a path length.
  const decided = isCA && usages.includes(CERT_SIGN) ? shortened(authority(rules), asked) : { isCA }
  const refusals = joinRefusals(
    isCA ? notAllowed(usages, rules) : [],
    asked === undefined ? [] : disagreement(asked, decided),
  )
  return refusals.length > 0 ? err(refusals) : ok(decided)
}

const CERT_SIGN = 'cert sign'

/** Under an issuing CA with a limit, the certificate says what is left of it. */
function authority({ profile, issuerPathLength }: AuthorityRules): BasicConstraints {
  const left = issuerPathLength === undefined ? undefined : issuerPathLength - 1
  const pathLength = profile.pathLength ?? left
  return pathLength === undefined ? { isCA: true } : { isCA: true, pathLength }
}

/** A request for a shorter path than the profile allows gets what it asks for. */
const shortened = (most: BasicConstraints, asked: BasicConstraints | undefined): BasicConstraints =>
  asked?.pathLength !== undefined && asked.pathLength < (most.pathLength ?? Infinity)
    ? { isCA: true, pathLength: asked.pathLength }
    : most

function notAllowed(usages: readonly string[], rules: AuthorityRules): readonly Refusal[] {
  const { profile, client, issuerPathLength } = rules
  return joinRefusals(
    refuseEach(
      'ca_not_allowed',
      [
        profileFault(profile),
        clientFault(client),
        pathLengthFault(profile.pathLength ?? 0, issuerPathLength),
      ],
      (reason) => `${reason}; ask the CA's operator, or request a certificate that is not a CA's`,
    ),
    profile.isCA && profile.requireCertSign && !usages.includes(CERT_SIGN)
      ? [{ code: 'ca_not_allowed', detail: CERT_SIGN_MISSING }]
      : [],
  )
}

function profileFault(profile: Profile): string | undefined {
  if (!profile.isCA) return 'the profile does not allow CA certificates'
  return profileAllowsUsage(profile, CERT_SIGN)
    ? undefined
    : 'the profile\'s usages do not include "cert sign", which every CA certificate has'
}

function clientFault({ allowed }: ClientPolicy): string | undefined {
  if (allowed === undefined) return undefined
  if (!allowed.isCA) return "this client's allowed.isCA does not allow CA certificates"
  return includesUsage(allowed.usages, CERT_SIGN)
    ? undefined
    : 'this client\'s allowed.usages do not include "cert sign", which every CA certificate has'
}

const CERT_SIGN_MISSING =
  'the request is for a CA certificate and does not name the usage "cert sign"; add it, or set isCA to false'

/** RFC 5280 §4.2.1.9: each CA certificate takes one from the path length above it. */
function pathLengthFault(wanted: number, limit: number | undefined): string | undefined {
  if (limit === undefined || wanted < limit) return undefined
  return limit === 0
    ? 'the issuing CA has path length 0, so no CA can follow it'
    : `the profile sets path length ${String(wanted)}, and the issuing CA has ${String(limit)}, so less is left`
}

function disagreement(asked: BasicConstraints, decided: BasicConstraints): readonly Refusal[] {
  const isSame =
    asked.isCA === decided.isCA &&
    (asked.pathLength === undefined || asked.pathLength === decided.pathLength)
  if (isSame) return []
  const detail = `the certification request asks for ${toText(asked)}, and the certificate would have ${toText(decided)}; make them the same`
  return [{ code: 'ca_mismatch', detail }]
}

const toText = ({ isCA, pathLength }: BasicConstraints): string =>
  `isCA ${String(isCA)}${pathLength === undefined ? '' : ` with path length ${String(pathLength)}`}`
