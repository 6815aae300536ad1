/**
 * The name constraints that a CA certificate asks for: of kinds that can be judged, inside those of
 * the CAs above it, and there at all where the profile wants them. More may always be excluded.
 *
 * @module
 */
import type { Refusal, RefusalCode } from '@edge-issuer/shared'
import { generalNameToText, type NameConstraints } from '@edge-issuer/shared/x509'
import { JUDGED_CONSTRAINTS, subtreeFault } from './name-constraints.ts'
import type { Profile } from './profile.ts'
import { quote } from './text.ts'

/** What is asked for, and what it is held against. */
export interface ConstraintsRequest {
  /** `undefined` when the certification request has none. */
  readonly asked: NameConstraints | undefined
  readonly profile: Profile
  /** Of every CA in the chain. */
  readonly issuer: readonly NameConstraints[]
}

/** @returns Every fault of the name constraints of a CA certificate. */
export function judgeCaConstraints(request: ConstraintsRequest): readonly Refusal[] {
  const { permitted = [], excluded = [] } = request.asked ?? {}
  if (![...permitted, ...excluded].every(({ kind }) => JUDGED_CONSTRAINTS.has(kind))) {
    return refuse(
      'extension_not_allowed',
      'the certification request asks for name constraints of other kinds than DNS, IP, URI and email; leave them out',
    )
  }
  return [
    ...permitted.flatMap((base) => {
      const fault = subtreeFault(base, request.issuer)
      if (fault === undefined) return []
      const text = quote(generalNameToText(base))
      return refuse(
        'extension_not_allowed',
        `the name constraint ${text} ${fault}; change the request, or use another issuer`,
      )
    }),
    ...judgeAbsence(request),
  ]
}

function judgeAbsence({ asked, profile, issuer }: ConstraintsRequest): readonly Refusal[] {
  if (!profile.requireNameConstraints) return []
  const isLimited = [asked, ...issuer].some(
    (constraints) => (constraints?.permitted.length ?? 0) > 0,
  )
  return isLimited
    ? []
    : refuse(
        'ca_not_allowed',
        'the profile wants permitted name constraints in CA certificates, and neither the certification request nor a CA above has any; add them to the request',
      )
}

const refuse = (code: RefusalCode, detail: string): readonly Refusal[] => [{ code, detail }]
