import { getRandomValues } from 'node:crypto'

/** Maximum of bytes of a serial number (RFC 5280 §4.1.2.2). */
const SERIAL_BYTES = 20

/**
 * A serial number: 20 bytes, 158 of their bits random. The first byte is 01xxxxxx in binary, so
 * that the number is positive, never begins with a zero byte, and always has the same length.
 */
export function randomSerialNumber(): Uint8Array {
  const bytes = getRandomValues(new Uint8Array(SERIAL_BYTES))
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes
}
