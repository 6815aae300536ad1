import { createPublicKey, type KeyObject } from 'node:crypto'

/**
 * A public key, ready to verify with.
 *
 * @param spki - SubjectPublicKeyInfo in DER (RFC 5280 §4.1.2.7).
 * @throws For a key that the runtime does not take, as one whose point is not on its curve.
 */
export function importPublicKey(spki: Uint8Array): KeyObject {
  // Any view of bytes is accepted, says node's documentation; its types know Buffer only.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- spares a Buffer for each request
  return createPublicKey({ key: spki as Buffer, format: 'der', type: 'spki' })
}
