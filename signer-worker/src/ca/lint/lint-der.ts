/**
 * A walk over DER for the lint (`lint.ts`). On purpose it shares no code with the writer that made the
 * bytes, nor with the reader. An element is the offset where it begins: nothing is allocated for what is as
 * it should be, since the lint runs once for each certificate, in caches that cryptography has just filled.
 *
 * @module
 */

/** Identifier octets (X.690 §8.1.2, X.680 §8.4). */
export const LINT_TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** What a lint found. */
export interface LintViolation {
  /** Name of the rule: that of zlint (github.com/zmap/zlint) where it has one. */
  readonly lint: string
  /** What was found. */
  readonly detail: string
}

/** Bytes that are no DER, so that nothing after them can be checked. */
export class MalformedDer extends Error {}

/** What is checked, and what was found. */
export class LintScan {
  readonly bytes: Uint8Array
  readonly #violations: LintViolation[] = []

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get violations(): readonly LintViolation[] {
    return this.#violations
  }

  /** Reports the element at an offset. */
  report(lint: string, at: number): void {
    const beginning = hexOf(this.bytes, at, at + MAX_REPORTED_OCTETS)
    this.#violations.push({ lint, detail: `${beginning} at octet ${String(at)}` })
  }

  /** Reports something that is no element: what is missing, or that nothing can be read. */
  reportMissing(lint: string, detail: string): void {
    this.#violations.push({ lint, detail })
  }

  /** Where the contents of the element at `at` begin; {@link endOf} has found it. */
  insideOf(at: number): number {
    const first = this.bytes[at + 1] ?? 0
    return first < 0x80 ? at + 2 : at + 2 + (first & 0x7f)
  }

  /**
   * The end of the element at `at`.
   *
   * @param limit - The end of what it is in.
   * @throws MalformedDer when there is no element in DER, or it does not end by `limit`
   */
  endOf(at: number, limit: number): number {
    const first = this.bytes[at + 1] ?? 0
    const end = first < 0x80 ? at + 2 + first : this.#endOfLong(at, first & 0x7f)
    if (end > limit || at + 2 > limit || ((this.bytes[at] ?? 0) & 0x1f) === 0x1f) {
      throw new MalformedDer(`no element in DER at octet ${String(at)}`)
    }
    return end
  }

  /** The end of an element of this type. @throws MalformedDer when there is none */
  expect(tag: number, at: number, limit: number): number {
    if (this.bytes[at] !== tag || at >= limit) {
      throw new MalformedDer(`no element of type ${tag.toString(16)} at octet ${String(at)}`)
    }
    return this.endOf(at, limit)
  }

  /** Whether these bytes are at an offset. */
  isAt(expected: Uint8Array, at: number): boolean {
    for (let index = 0; index < expected.length; index += 1) {
      if (expected[index] !== this.bytes[at + index]) return false
    }
    return true
  }

  /** Lengths of one to three octets, in the shortest form (X.690 §10.1). */
  #endOfLong(at: number, count: number): number {
    let length = 0
    for (let index = at + 2; index < at + 2 + count; index += 1) {
      length = length * 0x1_00 + (this.bytes[index] ?? 0)
    }
    const isShortest = length >= 0x80 && length >= 0x1_00 ** (count - 1)
    if (count === 0 || count > 3 || !isShortest) {
      throw new MalformedDer(`a length that is not in its shortest form at octet ${String(at)}`)
    }
    return at + 2 + count + length
  }
}

/** Octets of an element that a report shows. */
const MAX_REPORTED_OCTETS = 24

/** @throws MalformedDer unless an element ends where that it is in does */
export function expectEnd(end: number, limit: number): void {
  if (end !== limit) throw new MalformedDer(`an element too many at octet ${String(end)}`)
}

const DIGITS = '0123456789abcdef'

/** Lower-case hexadecimal. */
export function hexOf(bytes: Uint8Array, from: number, to: number): string {
  let digits = ''
  for (let at = from; at < Math.min(to, bytes.length); at += 1) {
    const octet = bytes[at] ?? 0
    digits += (DIGITS[octet >> 4] ?? '') + (DIGITS[octet & 0xf] ?? '')
  }
  return digits
}

/** One character for each octet. */
export function latin1Of(bytes: Uint8Array, from: number, to: number): string {
  let text = ''
  for (let at = from; at < to; at += 1) text += String.fromCodePoint(bytes[at] ?? 0)
  return text
}

/**
 * Checks the form of an element and of all inside of it (X.690 §8, §10, §11). What context-specific tags
 * hold is known to the caller only, so of primitive ones nothing is checked.
 *
 * @returns Its end.
 */
export function lintForm(scan: LintScan, at: number, limit: number): number {
  const { bytes } = scan
  const end = scan.endOf(at, limit)
  const tag = bytes[at] ?? 0
  const from = scan.insideOf(at)
  if ((tag & 0x20) === 0) lintPrimitive(scan, at, end)
  else {
    for (let inside = from; inside < end;) inside = lintForm(scan, inside, end)
    if (tag === LINT_TAG.set) lintSetOrder(scan, from, end)
  }
  return end
}

function lintPrimitive(scan: LintScan, at: number, end: number): void {
  const from = scan.insideOf(at)
  switch (scan.bytes[at]) {
    case LINT_TAG.boolean: {
      if (!isTrue(scan.bytes, from, end)) scan.report('e_der_boolean', at)
      break
    }
    case LINT_TAG.integer: {
      if (!isMinimalInteger(scan.bytes, from, end)) scan.report('e_der_integer', at)
      break
    }
    case LINT_TAG.bitString: {
      if (!isBitString(scan.bytes, from, end)) scan.report('e_der_bit_string', at)
      break
    }
    case LINT_TAG.null: {
      if (from !== end) scan.report('e_der_null', at)
      break
    }
    case LINT_TAG.objectIdentifier: {
      if (!isObjectIdentifier(scan.bytes, from, end)) scan.report('e_der_object_identifier', at)
      break
    }
    case undefined:
    default:
  }
}

/** X.690 §11.6: octet for octet, a shorter one before a longer one that begins like it, none twice. */
export function lintSetOrder(scan: LintScan, from: number, end: number): void {
  let before = from
  for (let at = from; at < end;) {
    const next = scan.endOf(at, end)
    if (at > from && !isBefore(scan.bytes, [before, at, next])) {
      scan.report('e_der_set_order', at)
    }
    before = at
    at = next
  }
}

/** @param bounds - Of two elements that follow each other. */
function isBefore(
  bytes: Uint8Array,
  [one, other, end]: readonly [number, number, number],
): boolean {
  return hexOf(bytes, one, other) < hexOf(bytes, other, end)
}

/** X.690 §11.1. Every BOOLEAN of a certificate is FALSE by default, which is not written (§11.5). */
const isTrue = (bytes: Uint8Array, from: number, to: number): boolean =>
  to - from === 1 && bytes[from] === 0xff

/** X.690 §8.3.2: the first nine bits are not all alike. */
function isMinimalInteger(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from < 2) return to > from
  const first = bytes[from] ?? 0
  const isNegative = (bytes[from + 1] ?? 0) >= 0x80
  return !((first === 0 && !isNegative) || (first === 0xff && isNegative))
}

/** X.690 §8.6.2, §11.2.1: the unused bits are zero. */
function isBitString(bytes: Uint8Array, from: number, to: number): boolean {
  const unused = bytes[from] ?? 8
  if (to === from || unused > 7) return false
  return to - from === 1 ? unused === 0 : ((bytes[to - 1] ?? 0) & ((1 << unused) - 1)) === 0
}

/** X.690 §8.19.2: no arc begins with a zero group, and the last one ends. */
function isObjectIdentifier(bytes: Uint8Array, from: number, to: number): boolean {
  let isFirst = true
  for (let at = from; at < to; at += 1) {
    const octet = bytes[at] ?? 0
    if (isFirst && octet === 0x80) return false
    isFirst = octet < 0x80
  }
  return isFirst && to > from
}
