import { aKey, type KeyPair, type KeyType, makeKey } from '@edge-issuer/testbed/pki/x509'
/**
 * Arbitrary requests that every rule of the worker accepts, to one CA under one profile.
 * @module
 */
import * as fc from 'fast-check'
import { MAX_DURATION_SECONDS } from '../../../shared/src/index.ts'
import type { Asked, AskedInCsr } from './asked.ts'
import type { Issuer } from './issuers.ts'
import { arbitraryNames } from './names.ts'
import type { NamedProfile } from './profiles.ts'
import { arbitrarySubject } from './subjects.ts'
import { arbitraryUsages } from './usages.ts'

/** Kinds of key that are certified. */
export const KEY_TYPES: readonly KeyType[] = [
  'RSA-2048',
  'RSA-3072',
  'RSA-4096',
  'P-256',
  'P-384',
  'P-521',
  'Ed25519',
]

/** What does not vary between requests of one kind. */
export interface RequestKind {
  readonly keyType: KeyType
  readonly issuer: Issuer
  readonly profile: NamedProfile
}

const HOUR_SECONDS = 3600
const DAY_SECONDS = 24 * HOUR_SECONDS

/** Ends that are worth hitting to the second. */
const ENDS_MS = [Date.parse('2049-12-31T23:59:59Z'), Date.parse('2050-01-01T00:00:00Z')]

/** Any request of this kind. */
export function arbitraryRequest(kind: RequestKind): fc.Arbitrary<Asked> {
  const { keyType, issuer, profile } = kind
  const canBeCa = profile.profile.isCA && issuer.pathLength !== 0
  return (
    fc
      .tuple(fc.constantFrom(...issuer.clocksMs), canBeCa ? fc.boolean() : fc.constant(false))
      .chain(([nowMs, isCA]) => {
        const limits = { ...kind.issuer, profile: profile.profile }
        return fc.record({
          issuer: fc.constant(issuer),
          profile: fc.constant(profile),
          key: fc.constant(null).map(() => newKey(keyType)),
          nowMs: fc.constant(nowMs),
          isCA: fc.constant(isCA),
          durationSeconds: duration(kind, nowMs),
          usages: arbitraryUsages({
            profile: profile.profile,
            issuer,
            key: { type: keyType },
            isCA,
          }),
          names: arbitraryNames(limits),
          subject: arbitrarySubject(limits),
          inCsr: inCsr(isCA && !issuer.isConstrained),
        })
      })
      // A CA has a subject, and every certificate has a name.
      .filter(({ subject, names, isCA }) => subject.length > 0 || (!isCA && names.length > 0))
  )
}

/** Making a key for RSA takes long: there is one of each size. */
const newKey = (type: KeyType): KeyPair => (type.startsWith('RSA') ? aKey(type) : makeKey(type))

function duration({ issuer, profile }: RequestKind, nowMs: number): fc.Arbitrary<number> {
  const { minDurationSeconds: least, backdateSeconds } = profile.profile
  const startSeconds = Math.floor(nowMs / 1000) - backdateSeconds
  const ends = [...ENDS_MS, issuer.notAfterMs].map((endMs) => endMs / 1000 - startSeconds)
  const exact = [least, HOUR_SECONDS, 90 * DAY_SECONDS, MAX_DURATION_SECONDS, ...ends]
  const anyLength = fc
    .double({ min: Math.log(least), max: Math.log(MAX_DURATION_SECONDS), noNaN: true })
    .map((logarithm) => Math.round(Math.exp(logarithm)))
  return fc
    .oneof(fc.constantFrom(...exact), anyLength)
    .map((seconds) => Math.min(Math.max(seconds, least), MAX_DURATION_SECONDS))
}

const inCsr = (mayConstrain: boolean): fc.Arbitrary<AskedInCsr> =>
  fc.record({
    hasUsages: fc.boolean(),
    hasBasicConstraints: fc.boolean(),
    constrainedTo: mayConstrain
      ? fc.subarray(['a.example', 'b.example'])
      : fc.constant<readonly string[]>([]),
    areConstraintsCritical: fc.boolean(),
  })
