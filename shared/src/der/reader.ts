/**
 * A strict reader of DER (X.690 §10, §11). It accepts one spelling of each value, so that no two
 * parsers can see different things in the same octets.
 *
 * A grammar is written as a function that takes fields one after the other and ends each scope with
 * {@link DerReader.end}, which refuses what is left. Each refusal says which field, and at which octet.
 *
 * @module
 */
import type { Result } from '../result.ts'
import { locateElement, type Element } from './element.ts'
import {
  decodeBitString,
  decodeBoolean,
  decodeNamedBits,
  decodeNull,
  decodeObjectIdentifier,
  decodePositiveInteger,
  decodeSmallInteger,
} from './primitive.ts'
import { DerRefusal } from './refusal.ts'
import { decodeAscii, decodeString } from './string.ts'
import { TAG, tagToText } from './tag.ts'
import { decodeTime } from './time.ts'

/** Levels of nesting; a name in an extension of a request stands on the twelfth. */
const MAX_DEPTH = 16

/** One element that a reader goes through. */
interface Scope {
  readonly element: Element
  /** Name of the field, or number in a list. */
  readonly name: string | number
  readonly parent: DerReader
}

/** The value of a primitive type, or what is wrong with the contents. */
type Decode<T> = (contents: Uint8Array) => Result<T, string>

/** Takes the elements of one scope in order. Values are views of the input, not copies. */
export class DerReader {
  /** The whole input, so that offsets in refusals count from its first octet. */
  readonly #bytes: Uint8Array
  readonly #element: Element
  /** Where this element was found; `undefined` for the input itself. */
  readonly #scope: Scope | undefined
  readonly #depth: number
  /** Offset of the element that comes next; never beyond the end of this one. */
  #offset: number
  /** Offset of the element that was taken last. */
  #lastStart: number

  constructor(bytes: Uint8Array, scope?: Scope) {
    this.#bytes = bytes
    this.#scope = scope
    this.#element = scope?.element ?? { tag: 0, start: 0, contentsAt: 0, end: bytes.length }
    this.#depth = scope === undefined ? 0 : scope.parent.#depth + 1
    this.#offset = this.#element.contentsAt
    this.#lastStart = this.#element.start
    if (this.#depth > MAX_DEPTH) {
      throw this.#refusalAt(this.#lastStart, `${this.#path()} is nested too deeply`)
    }
  }

  /** Tag of the element that comes next, or `undefined` at the end. */
  get nextTag(): number | undefined {
    return this.#offset < this.#element.end ? this.#bytes[this.#offset] : undefined
  }

  /** The element this reader goes through, identifier and length included. */
  get raw(): Uint8Array {
    return this.#bytes.subarray(this.#element.start, this.#element.end)
  }

  /** The contents of the element this reader goes through. */
  get contents(): Uint8Array {
    return this.#contents(this.#element)
  }

  /** Takes one element and goes into its contents; an OCTET STRING may hold DER as well. */
  into(name: string | number, tag: number): DerReader {
    return new DerReader(this.#bytes, { element: this.#take(name, tag), name, parent: this })
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
    return this.#contents(this.#take(name, tag))
  }

  boolean(name: string): boolean {
    return this.#value(name, TAG.boolean, decodeBoolean)
  }

  /** Takes `BOOLEAN DEFAULT FALSE`: DER leaves a default out (X.690 §11.5), so it is absent or true. */
  booleanDefaultFalse(name: string): boolean {
    if (this.nextTag !== TAG.boolean) return false
    if (!this.boolean(name))
      throw this.refusal(name, 'states the default FALSE, which DER leaves out')
    return true
  }

  /** Takes an INTEGER above zero and gives its magnitude. */
  positiveInteger(name: string): Uint8Array {
    return this.#value(name, TAG.integer, decodePositiveInteger)
  }

  smallInteger(name: string): number {
    return this.#value(name, TAG.integer, decodeSmallInteger)
  }

  /** Takes a BIT STRING of whole octets and goes into them. */
  insideBitString(name: string): DerReader {
    const element = this.#take(name, TAG.bitString)
    this.#accept(name, decodeBitString(this.#contents(element)))
    const inside = { ...element, contentsAt: element.contentsAt + 1 }
    return new DerReader(this.#bytes, { element: inside, name, parent: this })
  }

  /** Takes a BIT STRING of named bits and gives the numbers of those that are set. */
  namedBits(name: string): readonly number[] {
    return this.#value(name, TAG.bitString, decodeNamedBits)
  }

  null(name: string): void {
    this.#value(name, TAG.null, decodeNull)
  }

  objectIdentifier(name: string | number): string {
    return this.#value(name, TAG.objectIdentifier, decodeObjectIdentifier)
  }

  /** Takes a string of one of the three types that are read. */
  string(name: string): { readonly tag: number; readonly text: string } {
    const element = this.#take(name)
    const { tag } = element
    return { tag, text: this.#accept(name, decodeString(tag, this.#contents(element))) }
  }

  /** Takes an IA5String under an identifier of its own. */
  ia5String(name: string | number, tag: number): string {
    return this.#accept(name, decodeAscii(this.primitive(name, tag)))
  }

  /** Takes a UTCTime or GeneralizedTime and gives epoch milliseconds. */
  time(name: string): number {
    const tag = this.nextTag === TAG.generalizedTime ? TAG.generalizedTime : TAG.utcTime
    return this.#value(name, tag, (contents) => decodeTime(tag, contents))
  }

  /** Takes one element of any type and gives it whole; what is in it is not looked at. */
  any(name: string | number): Uint8Array {
    const { start, end } = this.#take(name)
    return this.#bytes.subarray(start, end)
  }

  /** Takes every element that is left, in order. */
  list<T>(take: (reader: DerReader, index: number) => T): readonly T[] {
    const items: T[] = []
    while (this.nextTag !== undefined) items.push(take(this, items.length))
    return items
  }

  /** Refuses what no field took. */
  end(): void {
    const left = this.#element.end - this.#offset
    if (left === 0) return
    throw this.#refusalAt(this.#offset, `${this.#path()} has ${String(left)} octets too many`)
  }

  /**
   * A refusal of the element that was taken last, to be thrown inside {@link readDer}.
   *
   * @param fault - Goes on after the field's name: `must be 0`.
   */
  refusal(name: string | number, fault: string): Error {
    return this.#refusalAt(this.#lastStart, `${this.#pathOf(name)} ${fault}`)
  }

  #take(name: string | number, wanted?: number): Element {
    this.#lastStart = this.#offset
    if (this.nextTag === undefined) throw this.refusal(name, 'is missing')
    const located = locateElement(this.#bytes, this.#offset, this.#element.end)
    const element = this.#accept(name, located)
    if (wanted !== undefined && element.tag !== wanted) {
      throw this.refusal(name, `is ${tagToText(element.tag)}; ${tagToText(wanted)} is wanted`)
    }
    this.#offset = element.end
    return element
  }

  #value<T>(name: string | number, tag: number, decode: Decode<T>): T {
    return this.#accept(name, decode(this.primitive(name, tag)))
  }

  #accept<T>(name: string | number, decoded: Result<T, string>): T {
    if (!decoded.ok) throw this.refusal(name, decoded.error)
    return decoded.value
  }

  #contents({ contentsAt, end }: Element): Uint8Array {
    return this.#bytes.subarray(contentsAt, end)
  }

  #requireOrder(): void {
    let previous: Uint8Array | undefined
    const { contentsAt, end: last } = this.#element
    for (let offset = contentsAt, count = 0; offset < last; count += 1) {
      this.#lastStart = offset
      const { end } = this.#accept(count, locateElement(this.#bytes, offset, last))
      const current = this.#bytes.subarray(offset, end)
      if (previous !== undefined && compareOctets(previous, current) >= 0) {
        throw this.refusal(count, 'is not in the order of DER, or is there twice')
      }
      previous = current
      offset = end
    }
  }

  /** Where this reader stands: `a.b[0]`. */
  #path(): string {
    return this.#scope === undefined ? 'the input' : this.#scope.parent.#pathOf(this.#scope.name)
  }

  /** Where a field of this reader stands. */
  #pathOf(name: string | number): string {
    if (typeof name === 'number') return `${this.#path()}[${String(name)}]`
    return this.#scope === undefined ? name : `${this.#path()}.${name}`
  }

  #refusalAt(offset: number, fault: string): DerRefusal {
    return new DerRefusal(`${fault} (at octet ${String(offset)})`)
  }
}

/** Like memcmp, for elements: as they end themselves, none is the beginning of another. */
function compareOctets(one: Uint8Array, other: Uint8Array): number {
  const at = one.findIndex((octet, index) => octet !== other[index])
  return at < 0 ? 0 : (one[at] ?? 0) - (other[at] ?? 0)
}
