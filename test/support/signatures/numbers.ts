/**
 * Numbers for signatures made by hand.
 * @module
 */

/** Big-endian. */
export const toNumber = (octets: Uint8Array): bigint =>
  BigInt(`0x0${Buffer.from(octets).toString('hex')}`)

/** Big-endian, as many octets as said; fails the test when the number needs more. */
export function toOctets(value: bigint, length: number): Uint8Array {
  const hex = value.toString(16).padStart(length * 2, '0')
  if (hex.length > length * 2) throw new Error(`the number has more than ${String(length)} octets`)
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

/** The non-negative remainder, for any sign of `value`. */
export const modulo = (value: bigint, modulus: bigint): bigint =>
  ((value % modulus) + modulus) % modulus

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

/** @param prime - The modulus. */
export const inverse = (value: bigint, prime: bigint): bigint =>
  power(modulo(value, prime), prime - 2n, prime)
