/**
 * A walk over DER for the lint (`lint.ts`): where elements are, and whether the primitive ones are in their
 * one form. On purpose it shares no code with the writer that made the octets, nor with the reader.
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

/** One element: offsets of its identifier, of its contents, and of their end. */
export interface DerElement {
  readonly bytes: Uint8Array
  readonly tag: number
  readonly start: number
  readonly from: number
  readonly to: number
}

/** What a lint found. */
export interface LintViolation {
  /** Name of the rule: that of zlint (github.com/zmap/zlint) where it has one. */
  readonly lint: string
  /** What was found, in a few words. */
  readonly detail: string
}

/** Takes what was found: in a few words, or the element that is wrong. */
export type ReportViolation = (lint: string, detail: string | DerElement) => void

/** Octets that are no DER, so that nothing after them can be checked. */
export class MalformedDer extends Error {}

/** The element at an offset. @throws MalformedDer when it is not one in DER, or does not end by `limit` */
export function elementAt(bytes: Uint8Array, start: number, limit: number): DerElement {
  const tag = octetAt(bytes, start, limit)
  if ((tag & 0x1f) === 0x1f) throw new MalformedDer(`a long tag at octet ${String(start)}`)
  const first = octetAt(bytes, start + 1, limit)
  let from = start + 2
  let length = first
  if (first >= 0x80) {
    const count = first - 0x80
    if (count === 0 || count > 3) throw new MalformedDer(`a length at octet ${String(start + 1)}`)
    length = 0
    for (const end = from + count; from < end; from += 1) {
      length = length * 0x1_00 + octetAt(bytes, from, limit)
    }
    if (length < 0x80 || length < 0x1_00 ** (count - 1)) {
      throw new MalformedDer(`a length that is not minimal at octet ${String(start + 1)}`)
    }
  }
  const to = from + length
  if (to > limit) throw new MalformedDer(`an element that is cut short at octet ${String(start)}`)
  return { bytes, tag, start, from, to }
}

function octetAt(bytes: Uint8Array, at: number, limit: number): number {
  const octet = at < limit ? bytes[at] : undefined
  if (octet === undefined)
    throw new MalformedDer(`an element that is cut short at octet ${String(at)}`)
  return octet
}

/** The elements inside of one. @throws MalformedDer */
export function childrenOf({ bytes, from, to }: DerElement): readonly DerElement[] {
  const children: DerElement[] = []
  for (let at = from; at < to;) {
    const child = elementAt(bytes, at, to)
    children.push(child)
    at = child.to
  }
  return children
}

/** The one element that an OCTET STRING holds. @throws MalformedDer when it holds more or less */
export function insideOf({ bytes, from, to }: DerElement): DerElement {
  const inside = elementAt(bytes, from, to)
  if (inside.to !== to)
    throw new MalformedDer(`octets after an element at octet ${String(inside.to)}`)
  return inside
}

/** An element of this type. @throws MalformedDer when there is none, or it is of another one */
export function expectTag(element: DerElement | undefined, tag: number): DerElement {
  if (element?.tag === tag) return element
  const at = element === undefined ? 'an end' : `octet ${String(element.start)}`
  throw new MalformedDer(`another type than ${tag.toString(16)} at ${at}`)
}

/** Where an element is. */
export const placeOf = ({ tag, start }: DerElement): string =>
  `tag ${tag.toString(16)} at octet ${String(start)}`

const DIGITS = '0123456789abcdef'

/** The contents, or some of them, as lower-case hexadecimal: also what object identifiers are compared by. */
export function hexOf({ bytes, from, to }: DerElement): string {
  let digits = ''
  for (let at = from; at < to; at += 1) {
    const octet = bytes[at] ?? 0
    digits += (DIGITS[octet >> 4] ?? '') + (DIGITS[octet & 0xf] ?? '')
  }
  return digits
}

/** Contents of one octet a character, from one offset to another. */
export function latin1Of({ bytes, from, to }: DerElement): string {
  let text = ''
  for (let at = from; at < to; at += 1) text += String.fromCodePoint(bytes[at] ?? 0)
  return text
}

/**
 * Checks the form of an element and of all inside of it (X.690 §8, §10, §11). What context-specific tags
 * hold is known to the caller only, so of primitive ones nothing is checked.
 */
export function lintForm(element: DerElement, report: ReportViolation): void {
  const { tag } = element
  if ((tag & 0x20) !== 0) {
    const children = childrenOf(element)
    for (const child of children) lintForm(child, report)
    if (tag === LINT_TAG.set && !areInOrder(children)) report('e_der_set_order', element)
    return
  }
  const form = FORMS.get(tag)
  if (form?.isRight(element) === false) report(form.lint, element)
}

/** Octet for octet, and a shorter one before a longer one that begins like it (X.690 §11.6). */
function areInOrder(elements: readonly DerElement[]): boolean {
  return elements.every((element, index) => {
    const before = elements[index - 1]
    return before === undefined || hexOfAll(before) < hexOfAll(element)
  })
}

const hexOfAll = (element: DerElement): string => hexOf({ ...element, from: element.start })

/** X.690 §8.3.2: the first nine bits are not all alike. */
function isMinimalInteger({ bytes, from, to }: DerElement): boolean {
  if (to === from) return false
  const first = bytes[from] ?? 0
  const isNegative = (bytes[from + 1] ?? 0) >= 0x80
  return to - from === 1 || !((first === 0 && !isNegative) || (first === 0xff && isNegative))
}

/** X.690 §8.6.2, §11.2.1: the unused bits are zero. */
function isBitString({ bytes, from, to }: DerElement): boolean {
  const unused = bytes[from] ?? 8
  if (to === from || unused > 7) return false
  if (to - from === 1) return unused === 0
  return ((bytes[to - 1] ?? 0) & ((1 << unused) - 1)) === 0
}

/** X.690 §8.19.2: no arc begins with a zero group, and the last one ends. */
function isObjectIdentifier({ bytes, from, to }: DerElement): boolean {
  if (to === from || (bytes[to - 1] ?? 0) >= 0x80) return false
  for (let at = from; at < to; at += 1) {
    if (bytes[at] === 0x80 && (at === from || (bytes[at - 1] ?? 0) < 0x80)) return false
  }
  return true
}

interface PrimitiveForm {
  readonly lint: string
  readonly isRight: (element: DerElement) => boolean
}

/** Of the primitive types that are checked, by tag. */
const FORMS: ReadonlyMap<number, PrimitiveForm> = new Map([
  [LINT_TAG.boolean, { lint: 'e_der_boolean', isRight: isTrue }],
  [LINT_TAG.integer, { lint: 'e_der_integer', isRight: isMinimalInteger }],
  [LINT_TAG.bitString, { lint: 'e_der_bit_string', isRight: isBitString }],
  [LINT_TAG.null, { lint: 'e_der_null', isRight: ({ from, to }) => from === to }],
  [LINT_TAG.objectIdentifier, { lint: 'e_der_object_identifier', isRight: isObjectIdentifier }],
])

/** X.690 §11.1. Every BOOLEAN of a certificate is FALSE by default, which is not written (§11.5). */
function isTrue({ bytes, from, to }: DerElement): boolean {
  return to - from === 1 && bytes[from] === 0xff
}
