/**
 * What was last told of requests whose status does not remember it, so that the same is not told with
 * each try. Kept in memory: after a restart everything is told once more.
 */
export class Told {
  /** By uid. */
  readonly #last = new Map<string, string>()

  /** @returns Whether `text` is not what was last told of `uid`; from now on it is. */
  isNews(uid: string, text: string): boolean {
    const isNews = this.#last.get(uid) !== text
    this.#last.set(uid, text)
    return isNews
  }

  /** Nothing more will be told of it. */
  forget(uid: string): void {
    this.#last.delete(uid)
  }
}
