const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** A text that comes in pieces, strictly: not too long, and in UTF-8. */
export class BoundedText {
  readonly #what: string
  readonly #maxBytes: number
  #pieces: Uint8Array[] = []
  /** Of all pieces together. */
  #length = 0

  /** @param what - In the error: `a line`. */
  constructor(what: string, maxBytes: number) {
    this.#what = what
    this.#maxBytes = maxBytes
  }

  /** In bytes. */
  get length(): number {
    return this.#length
  }

  /** @throws Error when that makes it too long */
  add(piece: Uint8Array): void {
    this.#length += piece.length
    if (this.#length > this.#maxBytes) {
      throw new Error(`${this.#what} is longer than ${this.#maxBytes} bytes`)
    }
    // Even an empty one would keep all the memory that it is a view of.
    if (piece.length > 0) this.#pieces.push(piece)
  }

  /** @returns All that was added. @throws Error when it is not UTF-8 */
  text(): string {
    const [first, ...more] = this.#pieces
    // Mostly there is only one, and a copy of each would be much to clean up.
    return UTF8.decode(more.length === 0 ? first : Buffer.concat(this.#pieces, this.#length))
  }

  /** Starts over. @returns What {@link text} does. */
  take(): string {
    const text = this.text()
    this.#pieces = []
    this.#length = 0
    return text
  }
}
