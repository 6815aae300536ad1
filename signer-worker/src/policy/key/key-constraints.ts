/**
 * The public key against the constraints of its client; the profile is checked before.
 *
 * @module
 */
import { type Curve, type PublicKey, publicKeyToText } from '@edge-issuer/shared/x509'
import type { Finding, Violation } from '../messages.ts'
import type { Constraints } from '../rules/client-rules.ts'
import { found, violationOf } from '../violations.ts'

const CURVE_BITS: Readonly<Record<Curve, number>> = { 'P-256': 256, 'P-384': 384, 'P-521': 521 }

/** As in approver-policy: a key without a size is below every minimum. */
const NO_SIZE = -1

/** @returns Every constraint of the client that the key breaks. */
export function checkKeyConstraints(
  key: PublicKey,
  { privateKey }: Constraints,
): readonly Violation[] {
  if (privateKey === undefined) return []
  const { algorithm, minSize = NO_SIZE, maxSize = Infinity } = privateKey
  const bits = bitsOf(key)
  return found<Finding>(
    algorithm === undefined || algorithm === algorithmOf(key)
      ? undefined
      : {
          kind: 'key_algorithm',
          rule: 'constraints.privateKey.algorithm',
          expected: [algorithm],
        },
    bits < minSize
      ? {
          kind: 'key_too_small',
          rule: 'constraints.privateKey.minSize',
          expected: [String(minSize)],
        }
      : undefined,
    bits > maxSize
      ? {
          kind: 'key_too_large',
          rule: 'constraints.privateKey.maxSize',
          expected: [String(maxSize)],
        }
      : undefined,
  ).map(violationOf({ code: 'key_not_allowed', field: 'publicKey', actual: publicKeyToText(key) }))
}

/** As cert-manager calls it. */
function algorithmOf({ kind }: PublicKey): string {
  return kind === 'EC' ? 'ECDSA' : kind
}

function bitsOf(key: PublicKey): number {
  switch (key.kind) {
    case 'RSA': {
      return key.bits
    }
    case 'EC': {
      return CURVE_BITS[key.curve]
    }
    case 'Ed25519':
    case 'unsupported': {
      return NO_SIZE
    }
  }
}
