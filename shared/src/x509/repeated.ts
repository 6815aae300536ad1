/** So many texts are looked through faster than a set is made of them. */
const FEW = 8

/** Texts that were seen, in time that grows as their number does. */
class SeenTexts {
  readonly #few: string[] = []
  #all: Set<string> | undefined

  /** @returns Whether the text was not seen before. */
  add(text: string): boolean {
    if (this.#all === undefined && this.#few.length < FEW) {
      const isNew = !this.#few.includes(text)
      if (isNew) this.#few.push(text)
      return isNew
    }
    this.#all ??= new Set(this.#few)
    return this.#all.size < this.#all.add(text).size
  }
}

/** @returns The first text that is there a second time. */
export function findRepeated(texts: readonly string[]): string | undefined {
  const seen = new SeenTexts()
  return texts.find((text) => !seen.add(text))
}
