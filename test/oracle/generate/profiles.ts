/**
 * Profiles that differ in all that a certificate can show.
 * @module
 */
import { USAGES } from '@edge-issuer/shared'
import { MAX_DURATION_SECONDS } from '../../../shared/src/index.ts'
import { type Profile, profileSchema } from '../../../signer-worker/src/policy/rules/profile.ts'

/** A profile and what it is called in the output of a test. */
export interface NamedProfile {
  readonly label: string
  readonly profile: Profile
}

const DAY_SECONDS = 86_400

export const PROFILES: readonly NamedProfile[] = [
  { label: 'default', profile: profileSchema.parse({}) },
  {
    label: 'server',
    profile: profileSchema.parse({
      subjectAttributes: ['CN', 'O', 'C'],
      subjectAltNames: ['dns', 'ip'],
      wildcards: false,
      usages: ['digital signature', 'key encipherment', 'key agreement', 'server auth'],
    }),
  },
  {
    label: 'short',
    profile: profileSchema.parse({
      minDurationSeconds: 600,
      maxDurationSeconds: DAY_SECONDS,
      backdateSeconds: 300,
    }),
  },
  {
    label: 'every usage, from now on',
    profile: profileSchema.parse({
      minDurationSeconds: 2,
      backdateSeconds: 0,
      maxDurationSeconds: MAX_DURATION_SECONDS,
      usages: USAGES,
      spiffe: 'strict',
      underscores: false,
    }),
  },
  {
    label: 'authorities',
    profile: profileSchema.parse({ isCA: true, requireNameConstraints: false }),
  },
  {
    label: 'last authorities',
    profile: profileSchema.parse({
      isCA: true,
      requireNameConstraints: false,
      pathLength: 0,
      maxDurationSeconds: 3650 * DAY_SECONDS,
    }),
  },
]
