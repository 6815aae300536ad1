import { keptText } from '../core/kept-text.ts'
import { stableText } from '../core/stable-text.ts'

const MAX_KEPT = 64

/**
 * What was last told of requests whose status does not remember it, so that the same is not told with
 * each try. Kept in memory: after a restart everything is told once more.
 */
export class ReportedMessages {
  /** By uid, cut where it is long. */
  readonly #last = new Map<string, string>()

  /** @returns Whether `text` says something else than what was last told of `uid`; from now on it is that. */
  isNews(uid: string, text: string): boolean {
    const stable = keptText(stableText(text), MAX_KEPT)
    const isNews = this.#last.get(uid) !== stable
    this.#last.set(uid, stable)
    return isNews
  }

  /** Nothing more will be told of it. */
  forget(uid: string): void {
    this.#last.delete(uid)
  }
}
