/**
 * A strict reader of DER (X.690 §10, §11). It accepts one spelling of each value, so that no two
 * parsers can see different things in the same octets.
 *
 * A grammar is written as a function that takes fields one after the other and ends each scope with
 * {@link DerReader.end}, which refuses what is left. Each refusal says which field, and at which octet.
 *
 * @module
 */
import { PARSE_ERRORS, type ParseErrorCode } from '../parse-error.ts'
import { isAt } from './bytes.ts'
import { DerContentError, DerError } from './der-error.ts'
import { decodeLongLength, LONG_FORM } from './length.ts'
import { decodeObjectIdentifier } from './object-identifier.ts'
import {
  checkBitString,
  checkPositiveInteger,
  decodeBoolean,
  decodeNamedBits,
  decodePaddedNamedBits,
  decodeSmallInteger,
} from './primitive.ts'
import {
  decodeAscii,
  isStringTag,
  MAX_STRING_OCTETS,
  STRING_DECODERS,
  STRING_TYPES,
} from './string.ts'
import { CONSTRUCTED, TAG, TAG_NUMBER_BITS, tagToText } from './tag.ts'
import { decodeGeneralizedTime, decodeUtcTime } from './time.ts'

/** Levels of nesting; a name in an extension of a request is on the twelfth. */
const MAX_DEPTH = 16

/** The value of the contents from one offset to another. @throws DerContentError */
type Decode<T> = (bytes: Uint8Array, from: number, to: number) => T

/** A character string and its type. */
export interface StringValue {
  readonly tag: number
  readonly text: string
}

/** Takes the elements of one scope in order. Values are views of the input, not copies. */
export class DerReader {
  /** The whole input, so that offsets in refusals count from its first octet. */
  readonly #bytes: Uint8Array
  /** Where this scope was found, and its name there; `undefined` for the input itself. */
  readonly #parent: DerReader | undefined
  readonly #name: string | number
  readonly #depth: number
  /** The element that this scope is, as offsets. */
  readonly #tag: number
  #start: number
  readonly #contentsAt: number
  #end: number
  /** Offset of the element that comes next, so the end of the one taken last; never beyond `#end`. */
  #offset: number
  /** The element that was taken last. */
  #lastTag = 0
  #lastStart: number
  #lastContentsAt = 0

  /** @param parent - Its last element is the new scope. */
  constructor(bytes: Uint8Array, parent?: DerReader, name: string | number = '') {
    this.#bytes = bytes
    this.#parent = parent
    this.#name = name
    this.#depth = parent === undefined ? 0 : parent.#depth + 1
    this.#tag = parent === undefined ? 0 : parent.#lastTag
    this.#start = parent === undefined ? 0 : parent.#lastStart
    this.#contentsAt = parent === undefined ? 0 : parent.#lastContentsAt
    this.#end = parent === undefined ? bytes.length : parent.#offset
    this.#offset = this.#contentsAt
    this.#lastStart = this.#start
  }

  /** Tag of the element that comes next, or `undefined` at the end. */
  get nextTag(): number | undefined {
    return this.#offset < this.#end ? this.#bytes[this.#offset] : undefined
  }

  /** Whether everything was taken. */
  isAtEnd(): boolean {
    return this.#offset === this.#end
  }

  /** The element this reader goes through, identifier and length included. */
  get raw(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end)
  }

  /** The contents of the element this reader goes through. */
  get contents(): Uint8Array {
    return this.#bytes.subarray(this.#contentsAt, this.#end)
  }

  /** Takes one element and goes into its contents; an OCTET STRING may hold DER as well. */
  into(name: string | number, tag: number): DerReader {
    this.#take(name, tag)
    if (this.#depth === MAX_DEPTH) throw this.refusal(name, 'nesting_too_deep')
    return new DerReader(this.#bytes, this, name)
  }

  sequence(name: string | number): DerReader {
    return this.into(name, TAG.sequence)
  }

  /** Goes into a SET OF, whose elements must ascend and differ (X.690 §11.6, X.501 §9.3). */
  setOf(name: string | number, tag: number = TAG.set): DerReader {
    const set = this.into(name, tag)
    set.#requireOrder()
    return set
  }

  /** Takes a primitive element and gives its contents. */
  primitive(name: string | number, tag: number): Uint8Array {
    this.#take(name, tag)
    return this.#bytes.subarray(this.#lastContentsAt, this.#offset)
  }

  /** Takes `BOOLEAN DEFAULT FALSE`: DER omits a default (X.690 §11.5), so it is absent or true. */
  booleanDefaultFalse(name: string): boolean {
    if (this.nextTag !== TAG.boolean) return false
    if (!this.#value(name, TAG.boolean, decodeBoolean)) throw this.refusal(name, 'default_stated')
    return true
  }

  /** Takes `BOOLEAN DEFAULT FALSE` as tools write it: FALSE may be stated. */
  optionalBoolean(name: string): boolean {
    return this.nextTag === TAG.boolean && this.#value(name, TAG.boolean, decodeBoolean)
  }

  /** Takes an INTEGER above zero and gives its magnitude. */
  positiveInteger(name: string): Uint8Array {
    const from = this.#value(name, TAG.integer, checkPositiveInteger)
    return this.#bytes.subarray(from, this.#offset)
  }

  /** Takes an INTEGER from 0 to 2³¹ − 1. */
  smallInteger(name: string): number {
    return this.#value(name, TAG.integer, decodeSmallInteger)
  }

  /** Takes a BIT STRING of whole octets and goes into them. */
  insideBitString(name: string): DerReader {
    this.#value(name, TAG.bitString, checkBitString)
    this.#lastContentsAt += 1
    return new DerReader(this.#bytes, this, name)
  }

  /** Takes a BIT STRING of named bits and gives the numbers of those that are set. */
  namedBits(name: string): readonly number[] {
    return this.#value(name, TAG.bitString, decodeNamedBits)
  }

  /** The same as tools write it: zero bits may follow the last one that is set. */
  paddedNamedBits(name: string): readonly number[] {
    return this.#value(name, TAG.bitString, decodePaddedNamedBits)
  }

  objectIdentifier(name: string | number): string {
    return this.#value(name, TAG.objectIdentifier, decodeObjectIdentifier)
  }

  /** Takes a character string of at most {@link MAX_STRING_OCTETS} octets. */
  string(name: string | number): StringValue {
    this.#next(name)
    const tag = this.#lastTag
    const decode = STRING_DECODERS.get(tag)
    if (decode !== undefined) {
      if (this.#offset - this.#lastContentsAt <= MAX_STRING_OCTETS) {
        return { tag, text: this.#decode(name, decode) }
      }
      throw this.refusal(name, 'string_too_long')
    }
    if (isStringTag(tag ^ CONSTRUCTED)) throw this.refusal(name, 'constructed_form')
    const message = `is ${tagToText(tag)}; expected ${STRING_TYPES}`
    throw this.refusal(name, 'string_type_not_accepted', message)
  }

  /** Takes an IA5String under another identifier. */
  ia5String(name: string | number, tag: number): string {
    return this.#value(name, tag, decodeAscii)
  }

  /** Takes a UTCTime or GeneralizedTime and gives epoch milliseconds. */
  time(name: string): number {
    return this.nextTag === TAG.generalizedTime
      ? this.#value(name, TAG.generalizedTime, decodeGeneralizedTime)
      : this.#value(name, TAG.utcTime, decodeUtcTime)
  }

  /** @returns A reader that takes once more an element that {@link any} gave, under the same path. */
  readerOf(element: Uint8Array): DerReader {
    const reader = new DerReader(this.#bytes, this.#parent, this.#name)
    reader.#start = element.byteOffset - this.#bytes.byteOffset
    reader.#offset = reader.#start
    reader.#end = reader.#start + element.length
    return reader
  }

  /** Takes one element of any type and gives it whole; its contents are not read. */
  any(name: string | number): Uint8Array {
    this.#next(name)
    return this.#bytes.subarray(this.#lastStart, this.#offset)
  }

  /** Takes one element of any type: whether it is `element`, octet for octet. */
  anyMatches(name: string | number, element: Uint8Array): boolean {
    this.#next(name)
    return this.#hasLast(this.#lastStart, element)
  }

  /** Takes every element that is left, in order. */
  list<T>(take: (reader: DerReader, index: number) => T): readonly T[] {
    const items: T[] = []
    while (!this.isAtEnd()) items.push(take(this, items.length))
    return items
  }

  /** Refuses what no field took. */
  end(): void {
    const left = this.#end - this.#offset
    if (left === 0) return
    const isList = (this.#tag & CONSTRUCTED) !== 0
    throw new DerError({
      code: isList ? 'field_unexpected' : 'trailing_octets',
      octet: this.#offset,
      message: `${this.#path()} has ${String(left)} octets too many (at octet ${String(this.#offset)})`,
    })
  }

  /**
   * A refusal of the element that was taken last, to be thrown inside `readDer`.
   *
   * @param text - Follows the field's name; the message of the code by default.
   */
  refusal(name: string | number, code: ParseErrorCode, text: string = PARSE_ERRORS[code]): Error {
    const octet = this.#lastStart
    const message = `${this.#pathOf(name)} ${text} (at octet ${String(octet)})`
    return new DerError({ code, octet, message })
  }

  /** Takes one element of a given type. */
  #take(name: string | number, wanted: number): void {
    this.#next(name)
    const tag = this.#lastTag
    if (tag === wanted) return
    if (tag === (wanted | CONSTRUCTED)) throw this.refusal(name, 'constructed_form')
    const message = `is ${tagToText(tag)}; expected ${tagToText(wanted)}`
    throw this.refusal(name, 'tag_unexpected', message)
  }

  /** Goes past one element: an identifier of one octet, a length in its shortest form, the contents. */
  #next(name: string | number): void {
    const bytes = this.#bytes
    const start = this.#offset
    this.#lastStart = start
    if (start === this.#end) throw this.refusal(name, 'field_missing')
    if (start + 1 === this.#end) throw this.refusal(name, 'truncated')
    this.#lastTag = bytes[start] ?? 0
    if ((this.#lastTag & TAG_NUMBER_BITS) === TAG_NUMBER_BITS) {
      throw this.refusal(name, 'tag_number_too_large')
    }
    let length = bytes[start + 1] ?? 0
    this.#lastContentsAt = start + 2
    if (length >= LONG_FORM) {
      this.#lastContentsAt += length - LONG_FORM
      length = this.#longLength(name)
    }
    const end = this.#lastContentsAt + length
    if (end > this.#end) throw this.refusal(name, 'truncated')
    this.#offset = end
  }

  /** Whether `octets` are what the element that was taken last has from an offset on. */
  #hasLast(from: number, octets: Uint8Array): boolean {
    return this.#offset - from === octets.length && isAt(octets, this.#bytes, from)
  }

  #longLength(name: string | number): number {
    try {
      return decodeLongLength(this.#bytes, this.#lastStart + 1, this.#end)
    } catch (error) {
      throw this.#placed(error, name)
    }
  }

  #value<T>(name: string | number, tag: number, decode: Decode<T>): T {
    this.#take(name, tag)
    return this.#decode(name, decode)
  }

  #decode<T>(name: string | number, decode: Decode<T>): T {
    try {
      return decode(this.#bytes, this.#lastContentsAt, this.#offset)
    } catch (error) {
      throw this.#placed(error, name)
    }
  }

  /** Adds the field to an error of contents; returns other errors unchanged. */
  #placed(error: unknown, name: string | number): unknown {
    return error instanceof DerContentError ? this.refusal(name, error.code, error.message) : error
  }

  /** Goes over all elements of a SET OF and back to the first. */
  #requireOrder(): void {
    let previous: number | undefined
    for (let count = 0; this.#offset < this.#end; count += 1) {
      this.#next(count)
      const start = this.#lastStart
      const order = previous === undefined ? -1 : compareElements(this.#bytes, previous, start)
      if (order === 0) throw this.refusal(count, 'set_element_repeated')
      if (order > 0) throw this.refusal(count, 'set_order')
      previous = start
    }
    this.#offset = this.#contentsAt
  }

  /** The path of this reader: `a.b[0]`. */
  #path(): string {
    return this.#parent === undefined ? 'the input' : this.#parent.#pathOf(this.#name)
  }

  /** The path of a field of this reader. */
  #pathOf(name: string | number): string {
    if (typeof name === 'number') return `${this.#path()}[${String(name)}]`
    return this.#parent === undefined ? name : `${this.#path()}.${name}`
  }
}

/**
 * Like memcmp, for one element and the one that follows at once. As elements end themselves, none is
 * the beginning of another: no difference in the first one's octets means that they are equal.
 */
function compareElements(bytes: Uint8Array, one: number, other: number): number {
  for (let at = 0; one + at < other; at += 1) {
    const difference = (bytes[one + at] ?? 0) - (bytes[other + at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
