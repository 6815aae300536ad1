import { keptText } from '../core/kept-text.ts'
import { stableText } from '../core/stable-text.ts'

const MAX_KEPT = 64

/**
 * The last Event of requests whose status has no field for it, so that each try does not repeat it. Kept in
 * memory: a restart reports everything again.
 */
export class ReportedMessages {
  /** By uid; long texts are shortened. */
  readonly #last = new Map<string, string>()

  /** @returns Whether `text` differs from the last report about `uid`; records it as the last one. */
  isNews(uid: string, text: string): boolean {
    const stable = keptText(stableText(text), MAX_KEPT)
    const isNews = this.#last.get(uid) !== stable
    this.#last.set(uid, stable)
    return isNews
  }

  /** The request is finished or deleted. */
  forget(uid: string): void {
    this.#last.delete(uid)
  }
}
