/**
 * Public keys without a fault of form, whose private key can be computed or is known.
 * @module
 */
import { rsaSpki } from '@edge-issuer/testbed/pki/csr'
import { aKey } from '@edge-issuer/testbed/pki/x509'
import { KNOWN_KEY } from '../known-key.ts'
import { closeModulus, divisibleModulus, PUBLISHED_ROCA_MODULUS } from '../weak-rsa.ts'
import { changed, type MalformedCase } from './base.ts'

/** A request for this modulus; its signature is a number below it. */
const rsa = (modulus: bigint): Uint8Array =>
  changed({
    key: aKey('RSA-2048'),
    spki: rsaSpki(modulus, 65_537n),
    signature: new Uint8Array(256).fill(1),
  })

export const WEAK_KEY_CASES: readonly MalformedCase[] = [
  [
    'an RSA modulus with a small factor',
    'key_not_allowed/key_small_factor',
    rsa(divisibleModulus(2048, 3n)),
    /the RSA 2048 key has a modulus with a prime factor of 751 or less, .*; make a new key/,
  ],
  [
    'an RSA modulus of an Infineon chip',
    'key_not_allowed/key_roca',
    rsa(PUBLISHED_ROCA_MODULUS),
    /the RSA 2048 key has a modulus from the flawed key generator .*; make a new key with other/,
  ],
  [
    'an RSA modulus of two close primes',
    'key_not_allowed/key_close_primes',
    rsa(closeModulus(3n << 1022n, 9).modulus),
    /the RSA 2048 key has a modulus of two primes that are too close together.*; make a new key/,
  ],
  [
    'a key on the list of blocked ones',
    'key_not_allowed/key_blocked',
    changed({ key: KNOWN_KEY }),
    /the P-256 key is a blocked key \(blockedKeys in the configuration of the signer\)/,
  ],
]
