/**
 * basicConstraints: whether the certificate is a CA's, and how long a path may follow it.
 *
 * @module
 */
import { err, ok, type Refusal, type Result } from '@edge-issuer/shared'
import type { BasicConstraints } from '@edge-issuer/shared/x509'
import type { ClientPolicy } from './client-policy.ts'
import type { Profile } from './profile.ts'
import { joinRefusals, refuseEach } from './refusals.ts'

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
  const decided = isCA && usages.includes('cert sign') ? authority(rules) : { isCA }
  const refusals = joinRefusals(
    isCA ? notAllowed(rules) : [],
    asked === undefined ? [] : disagreement(asked, decided),
  )
  return refusals.length > 0 ? err(refusals) : ok(decided)
}

/** Under an issuing CA with a limit, the certificate says what is left of it. */
function authority({ profile, issuerPathLength }: AuthorityRules): BasicConstraints {
  const left = issuerPathLength === undefined ? undefined : issuerPathLength - 1
  const pathLength = profile.pathLength ?? left
  return pathLength === undefined ? { isCA: true } : { isCA: true, pathLength }
}

function notAllowed({ profile, client, issuerPathLength }: AuthorityRules): readonly Refusal[] {
  return refuseEach(
    'ca_not_allowed',
    [
      profile.isCA ? undefined : 'the profile does not allow CA certificates',
      client.allowed?.isCA === false
        ? "this client's allowed.isCA does not allow CA certificates"
        : undefined,
      pathLengthFault(profile.pathLength ?? 0, issuerPathLength),
    ],
    (fault) => `${fault}; ask the CA's operator, or for a certificate that is no CA's`,
  )
}

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
