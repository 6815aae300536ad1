/**
 * Bits of keyUsage (RFC 5280 §4.2.1.3), and which of them a key can be used for.
 *
 * @module
 */
import { EXTENDED_KEY_USAGE_OIDS } from '../usages.ts'
import type { PublicKey } from './public-key.ts'

/** keyEncipherment and dataEncipherment. */
export const ENCIPHERMENT: ReadonlySet<number> = new Set([2, 3])
export const DIGITAL_SIGNATURE = 0
export const KEY_AGREEMENT = 4
const KEY_CERT_SIGN = 5
const CRL_SIGN = 6
const ENCIPHER_ONLY = 7
const DECIPHER_ONLY = 8

/** What a key can do: RFC 3279 §2.3.1, RFC 5480 §3 with RFC 8813, RFC 9295 for RFC 8410. */
const POSSIBLE_BITS: Readonly<Record<PublicKey['kind'], readonly number[]>> = {
  RSA: [0, 1, 2, 3, KEY_CERT_SIGN, CRL_SIGN],
  EC: [0, 1, KEY_AGREEMENT, KEY_CERT_SIGN, CRL_SIGN, ENCIPHER_ONLY, DECIPHER_ONLY],
  Ed25519: [0, 1, KEY_CERT_SIGN, CRL_SIGN],
  unsupported: [],
}

/** Whether a key can be used for the purpose of a bit. */
export const isPossible = (bit: number, { kind }: PublicKey): boolean =>
  POSSIBLE_BITS[kind].includes(bit)

/** The key that usages are for. */
export interface KeyInUse {
  readonly key: PublicKey
  readonly isCA: boolean
}

/**
 * encipherOnly and decipherOnly mean nothing without keyAgreement (RFC 5280 §4.2.1.3). The key of a CA
 * enciphers nothing (RFC 3279 §2.3.1), though cert-manager's default asks for it.
 */
export function maskByKey(bits: readonly number[], { key, isCA }: KeyInUse): readonly number[] {
  const possible = bits.filter((bit) => isPossible(bit, key) && !(isCA && ENCIPHERMENT.has(bit)))
  return possible.includes(KEY_AGREEMENT)
    ? possible
    : possible.filter((bit) => !isOnlyWithAgreement(bit))
}

/** Whether a bit says something of keyAgreement: encipherOnly and decipherOnly. */
export const isOnlyWithAgreement = (bit: number): boolean =>
  bit === ENCIPHER_ONLY || bit === DECIPHER_ONLY

/** Whether a bit is for CA certificates alone: keyCertSign and cRLSign. */
export const isForCa = (bit: number): boolean => bit === KEY_CERT_SIGN || bit === CRL_SIGN

/** Bits that may go with an extended usage; others go with any (RFC 5280 §4.2.1.12). */
const CONSISTENT_BITS = new Map<string, readonly number[]>([
  [EXTENDED_KEY_USAGE_OIDS['server auth'], [0, 2, KEY_AGREEMENT]],
  [EXTENDED_KEY_USAGE_OIDS['client auth'], [0, KEY_AGREEMENT]],
  [EXTENDED_KEY_USAGE_OIDS['code signing'], [0]],
  [EXTENDED_KEY_USAGE_OIDS['email protection'], [0, 1, 2, KEY_AGREEMENT]],
  [EXTENDED_KEY_USAGE_OIDS.timestamping, [0, 1]],
  [EXTENDED_KEY_USAGE_OIDS['ocsp signing'], [0, 1]],
])

/** Whether one of the extended usages is possible with a bit. */
export const isConsistent = (bit: number, extKeyUsage: readonly string[]): boolean =>
  extKeyUsage.some((oid) => CONSISTENT_BITS.get(oid)?.includes(bit) ?? true)
