/**
 * Contents of the primitive types, in the one form DER allows (X.690 §8 and §11).
 *
 * @module
 */
import { err, ok, type Result } from '../result.ts'

/** Longest object identifier that is read, in octets of contents. */
const MAX_OID_OCTETS = 64

/** Largest bit number of a named bit list: keyUsage has nine bits (RFC 5280 §4.2.1.3). */
const MAX_NAMED_BITS = 32

/** `00` or `FF` (X.690 §11.1). */
export function decodeBoolean(contents: Uint8Array): Result<boolean, string> {
  const [octet] = contents
  if (contents.length !== 1) return err('is a BOOLEAN of more or less than one octet')
  if (octet !== 0x00 && octet !== 0xff) return err('is a BOOLEAN that is neither 00 nor FF')
  return ok(octet === 0xff)
}

/**
 * An INTEGER in its shortest form (X.690 §8.3.2).
 *
 * @returns The contents as they are: two's complement, big-endian.
 */
export function decodeInteger(contents: Uint8Array): Result<Uint8Array, string> {
  const [first, second = 0] = contents
  if (first === undefined) return err('is an INTEGER without contents')
  const isPadded =
    contents.length > 1 && ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80))
  return isPadded ? err('is an INTEGER that is not in its shortest form') : ok(contents)
}

/** @returns The magnitude of an INTEGER above zero, big-endian, without a leading zero octet. */
export function decodePositiveInteger(contents: Uint8Array): Result<Uint8Array, string> {
  const integer = decodeInteger(contents)
  if (!integer.ok) return integer
  const [first = 0] = contents
  if (first >= 0x80) return err('is a negative INTEGER')
  if (first !== 0) return integer
  return contents.length === 1 ? err('is zero') : ok(contents.subarray(1))
}

/** @returns An INTEGER from 0 to 2³¹ − 1. */
export function decodeSmallInteger(contents: Uint8Array): Result<number, string> {
  const integer = decodeInteger(contents)
  if (!integer.ok) return integer
  const [first = 0] = contents
  if (first >= 0x80) return err('is a negative INTEGER')
  if (contents.length > 4) return err('is an INTEGER above 2147483647')
  return ok(contents.reduce((sum, octet) => sum * 256 + octet, 0))
}

/** A BIT STRING that has no unused bits: the first octet of the contents counts them. */
export function decodeBitString(contents: Uint8Array): Result<Uint8Array, string> {
  const [unusedBits] = contents
  if (unusedBits === undefined) return err('is a BIT STRING without contents')
  return unusedBits === 0 ? ok(contents.subarray(1)) : err('is a BIT STRING with unused bits')
}

/**
 * A BIT STRING of named bits: unused bits are zero and trailing zero bits are removed (X.690 §11.2).
 *
 * @returns The numbers of the bits that are set, ascending.
 */
export function decodeNamedBits(contents: Uint8Array): Result<readonly number[], string> {
  const [unusedBits, ...octets] = contents
  const last = octets.at(-1)
  if (unusedBits === undefined) return err('is a BIT STRING without contents')
  if (octets.length * 8 > MAX_NAMED_BITS) return err('has too many bits')
  if (last === undefined) {
    return unusedBits === 0 ? ok([]) : err('is a BIT STRING with a wrong count of unused bits')
  }
  // The lowest bit in use must be set: it is not unused, not zero, and not to be removed.
  const isMinimal = unusedBits < 8 && (last & ((2 << unusedBits) - 1)) === 1 << unusedBits
  if (!isMinimal) return err('is a list of named bits that is not in its shortest form')
  const numbers = Array.from({ length: octets.length * 8 }, (_, number) => number)
  return ok(numbers.filter((number) => ((octets[number >> 3] ?? 0) & (0x80 >> (number & 7))) !== 0))
}

/** Nothing at all (X.690 §8.8). */
export function decodeNull(contents: Uint8Array): Result<null, string> {
  return contents.length === 0 ? ok(null) : err('is a NULL with contents')
}

/** @returns An OBJECT IDENTIFIER in dotted decimals; arcs up to 2⁵³ − 1 (X.690 §8.19). */
export function decodeObjectIdentifier(contents: Uint8Array): Result<string, string> {
  const last = contents.at(-1)
  if (last === undefined || last >= 0x80) return err('is an OBJECT IDENTIFIER that is cut short')
  if (contents.length > MAX_OID_OCTETS) return err('is an OBJECT IDENTIFIER that is too long')
  let text = ''
  let arc = 0
  let isFirstOctetOfArc = true
  for (const octet of contents) {
    if (isFirstOctetOfArc && octet === 0x80) {
      return err('is an OBJECT IDENTIFIER that is not in its shortest form')
    }
    arc = arc * 128 + (octet & 0x7f)
    if (arc > Number.MAX_SAFE_INTEGER) return err('is an OBJECT IDENTIFIER with too large an arc')
    isFirstOctetOfArc = octet < 0x80
    if (isFirstOctetOfArc) {
      text += text === '' ? firstTwoArcs(arc) : `.${String(arc)}`
      arc = 0
    }
  }
  return ok(text)
}

/** The first number stands for two arcs: 40 × the first, which is 0, 1 or 2, plus the second. */
function firstTwoArcs(number: number): string {
  const first = Math.min(Math.floor(number / 40), 2)
  return `${String(first)}.${String(number - first * 40)}`
}
