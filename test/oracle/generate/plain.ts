/**
 * A plain request, for a test to change the one thing it is about.
 * @module
 */
import { makeKey } from '@edge-issuer/testbed/pki/x509'
import type { Asked } from './asked.ts'
import type { Issuer } from './issuers.ts'
import { PROFILES } from './profiles.ts'

/** For a DNS name with a P-256 key, for an hour, under the default profile. */
export function plainRequest(issuer: Issuer, changes: Partial<Asked> = {}): Asked {
  const [profile] = PROFILES
  if (profile === undefined) throw new Error('there is no default profile')
  return {
    issuer,
    profile,
    key: makeKey('P-256'),
    nowMs: Date.parse('2026-11-24T12:00:00Z'),
    durationSeconds: 3600,
    isCA: false,
    usages: ['digital signature', 'server auth'],
    subject: [],
    names: [{ kind: 'dns', value: 'a.example' }],
    inCsr: {
      hasUsages: false,
      hasBasicConstraints: false,
      constrainedTo: [],
      areConstraintsCritical: false,
    },
    ...changes,
  }
}
