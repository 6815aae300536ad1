/**
 * The public key against the constraints of its client; that the profile allows it was seen before.
 *
 * @module
 */
import type { Refusal } from '@edge-issuer/shared'
import { type Curve, type PublicKey, publicKeyToText } from '@edge-issuer/shared/x509'
import { refuseEach } from '../refusals.ts'
import type { Constraints } from '../rules/client-rules.ts'

const CURVE_BITS: Readonly<Record<Curve, number>> = { 'P-256': 256, 'P-384': 384, 'P-521': 521 }

/** As in approver-policy: a key without a size is below every minimum. */
const NO_SIZE = -1

/** @returns Every fault of the key. */
export function judgeKey(key: PublicKey, { privateKey }: Constraints): readonly Refusal[] {
  if (privateKey === undefined) return []
  const { algorithm, minSize = NO_SIZE, maxSize = Infinity } = privateKey
  const bits = bitsOf(key)
  return refuseEach(
    'key_not_allowed',
    [
      algorithm === undefined || algorithm === algorithmOf(key)
        ? undefined
        : `is not ${algorithm}, as constraints.privateKey.algorithm wants`,
      bits < minSize
        ? `is below the ${String(minSize)} bits of constraints.privateKey.minSize`
        : undefined,
      bits > maxSize
        ? `is above the ${String(maxSize)} bits of constraints.privateKey.maxSize`
        : undefined,
    ],
    (fault) =>
      `the ${publicKeyToText(key)} key ${fault} for this client; make another key, or ask the CA's operator`,
  )
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
