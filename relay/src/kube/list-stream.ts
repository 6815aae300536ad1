/**
 * Cuts a listing in JSON into its items as it comes. A listing of thousands of objects, of which few or
 * none are wanted, would otherwise be in memory several times over: as bytes, as text, and as objects.
 *
 * @module
 */
import { BoundedText } from './bounded-text.ts'

/** Longest item, in bytes. The API server takes objects of at most 3 MiB (MaxRequestBodyBytes). */
export const MAX_ITEM_BYTES = 4 * 1_048_576
/** The rest of a listing is a few names and a token. */
const MAX_FRAME_BYTES = 65_536

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
/** Those that say where something begins or ends, outside of strings. */
const MARKS: ReadonlySet<number> = new Set([
  COMMA,
  OPEN_BRACKET,
  CLOSE_BRACKET,
  OPEN_BRACE,
  CLOSE_BRACE,
])

/** Depth inside of the listing, of its items (or another of its values), and of one item. */
const IN_LISTING = 1
const IN_ITEMS = 2
const IN_ITEM = 3

/** The text before the items. A quote inside a name has a backslash before it, and no comma. */
const ITEMS_NAME = /[{,]\s*"items"\s*:\s*\[$/u

/** What is there: the opening of a value of the listing, the begin of an item, its end, a comma after it. */
type Place = 'value' | 'begin' | 'end' | 'between'

/**
 * One listing. Only the positions of its items are found here; the caller parses the items and the frame, and so
 * finds malformed JSON.
 */
export class ListStream {
  readonly #frame = new BoundedText('a listing without its objects', MAX_FRAME_BYTES)
  readonly #item = new BoundedText('an object of a listing', MAX_ITEM_BYTES)
  /** Braces and brackets that are open. */
  #depth = 0
  #isInItems = false
  #isInString = false
  /** The last character of the chunk before was a backslash that makes the next one special. */
  #isEscaped = false

  /** @returns The text of the listing, with no items in it. */
  frame(): string {
    return this.#frame.text()
  }

  /**
   * @param chunk - What comes next; it must not change afterwards.
   * @yields The text of each item that ends in it.
   * @throws Error when an item or the rest is too long, or is not UTF-8.
   */
  *push(chunk: Uint8Array): Generator<string> {
    /** Where that begins which is still to be kept. */
    let start = 0
    for (let at = this.#find(chunk, 0); at < chunk.length; at = this.#find(chunk, at + 1)) {
      const place = this.#step(chunk[at] ?? 0)
      if (place === undefined) continue
      const end = place === 'begin' || place === 'between' ? at : at + 1
      ;(place === 'end' ? this.#item : this.#frame).add(chunk.subarray(start, end))
      // Items are cut out, so a comma between them would be left over.
      start = place === 'begin' ? at : at + 1
      if (place === 'end') yield this.#item.take()
      if (place === 'value') this.#isInItems = ITEMS_NAME.test(this.#frame.text())
    }
    const isInItem = this.#isInItems && this.#depth >= IN_ITEM
    ;(isInItem ? this.#item : this.#frame).add(chunk.subarray(start))
  }

  #step(mark: number): Place | undefined {
    switch (mark) {
      case OPEN_BRACE:
      case OPEN_BRACKET:
        this.#depth += 1
        if (this.#depth === IN_ITEMS) return 'value'
        return this.#isInItems && this.#depth === IN_ITEM ? 'begin' : undefined
      case COMMA:
        return this.#isInItems && this.#depth === IN_ITEMS ? 'between' : undefined
      default:
        this.#depth -= 1
        if (this.#depth === IN_LISTING) this.#isInItems = false
        return this.#isInItems && this.#depth === IN_ITEMS ? 'end' : undefined
    }
  }

  /** @returns The position of the next mark, or the length of the chunk. */
  #find(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      if (this.#isInString) at = this.#skipString(chunk, at)
      else if (chunk[at] === QUOTE) this.#isInString = true
      else if (MARKS.has(chunk[at] ?? 0)) return at
    }
    return chunk.length
  }

  /** @returns The position of the quote that ends the string, or of the last byte of the chunk. */
  #skipString(chunk: Uint8Array, from: number): number {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at]
      if (this.#isEscaped) {
        this.#isEscaped = false
      } else if (byte === BACKSLASH) {
        this.#isEscaped = true
      } else if (byte === QUOTE) {
        this.#isInString = false
        return at
      }
    }
    return chunk.length - 1
  }
}
