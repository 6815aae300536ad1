/**
 * Serial numbers: 20 bytes that begin with 01 in binary and carry the number of the ledger that issued, so that
 * a certificate is found in one ledger by its serial number alone.
 *
 * ```text
 * byte   0        1 … 4           5 … 19
 *        01rrrrrr ledger number   random
 * ```
 *
 * @module
 */
import { getRandomValues } from 'node:crypto'

/** Maximum number of bytes of a serial number (RFC 5280 §4.1.2.2). */
const SERIAL_BYTES = 20

/** Position of the ledger's number, big-endian. */
const LEDGER_OFFSET = 1

/**
 * A new serial number: 126 of its bits are random (CA/Browser Forum BR §7.1 requires 64). It is positive, never
 * begins with a zero byte, and always has the same length.
 *
 * @param ledgerNumber - Allocated by the directory; 1 or more, below 2³².
 */
export function newSerialNumber(ledgerNumber: number): Uint8Array {
  const bytes = getRandomValues(new Uint8Array(SERIAL_BYTES))
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  new DataView(bytes.buffer).setUint32(LEDGER_OFFSET, ledgerNumber)
  return bytes
}

/**
 * @returns The number of the ledger that a serial number names. A number from before ledgers had numbers is random,
 *   so there may be no such ledger, or one that does not have it.
 */
export function ledgerNumberOf(serialNumber: Uint8Array): number | undefined {
  if (serialNumber.length !== SERIAL_BYTES) return undefined
  const view = new DataView(serialNumber.buffer, serialNumber.byteOffset, serialNumber.length)
  return view.getUint32(LEDGER_OFFSET)
}
