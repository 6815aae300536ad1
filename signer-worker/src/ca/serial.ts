import { getRandomValues } from 'node:crypto'

/** Most octets of a serial number (RFC 5280 §4.1.2.2). */
const SERIAL_OCTETS = 20

/**
 * A serial number: 20 octets, 158 of their bits random. The first octet is 01xxxxxx in binary, so
 * that the number is positive, never begins with a zero octet, and always has the same length.
 */
export function randomSerialNumber(): Uint8Array {
  const octets = getRandomValues(new Uint8Array(SERIAL_OCTETS))
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40
  return octets
}
