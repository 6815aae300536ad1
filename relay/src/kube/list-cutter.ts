/**
 * Cuts a listing in JSON into its items as it comes. A listing of thousands of objects, of which few or
 * none are wanted, would otherwise be in memory several times over: as octets, as text, and as objects.
 *
 * @module
 */
import { Pieces } from './pieces.ts'

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

/** Depth inside the listing's braces, and inside the brackets around its items. */
const LISTING = 1
const ITEMS = 2

/** What stands before the bracket. A quote inside of a name has a backslash before it, and no comma. */
const ITEMS_NAME = /[{,]\s*"items"\s*:\s*\[$/u

/**
 * One listing. Only the places of its items are found here; whether all of it is JSON, whoever parses
 * the items and the frame finds out.
 */
export class ListCutter {
  readonly #frame = new Pieces('a listing without its objects', MAX_FRAME_BYTES)
  readonly #item = new Pieces('an object of a listing', MAX_ITEM_BYTES)
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
    for (let at = 0; at < chunk.length; at += 1) {
      if (this.#isInString) {
        at = this.#skipString(chunk, at)
        continue
      }
      switch (chunk[at]) {
        case QUOTE:
          this.#isInString = true
          break
        case OPEN_BRACE:
        case OPEN_BRACKET:
          start = this.#open(chunk, start, at)
          break
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          this.#depth -= 1
          if (!this.#isInItems || this.#depth > ITEMS) break
          ;(this.#depth === ITEMS ? this.#item : this.#frame).add(chunk.subarray(start, at + 1))
          start = at + 1
          if (this.#depth === ITEMS) yield this.#item.take()
          else this.#isInItems = false
          break
        case COMMA:
          // Between items: they are cut out, and it would be left over.
          if (!this.#isInItems || this.#depth > ITEMS) break
          this.#frame.add(chunk.subarray(start, at))
          start = at + 1
          break
        default:
      }
    }
    this.#place().add(chunk.subarray(start))
  }

  #place(): Pieces {
    return this.#isInItems && this.#depth > ITEMS ? this.#item : this.#frame
  }

  /** @returns Where that begins which is still to be kept. */
  #open(chunk: Uint8Array, start: number, at: number): number {
    this.#depth += 1
    if (this.#isInItems && this.#depth === ITEMS + 1) {
      this.#frame.add(chunk.subarray(start, at))
      return at
    }
    if (this.#depth !== LISTING + 1) return start
    this.#frame.add(chunk.subarray(start, at + 1))
    this.#isInItems = ITEMS_NAME.test(this.#frame.text())
    return at + 1
  }

  /** @returns The position of the quote that ends the string, or of the last octet of the chunk. */
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
