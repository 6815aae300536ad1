import type { Clock } from '../queue/clock.ts'
import { readBoundedFile } from './bounded-file.ts'

/** A text that may change while the process runs. */
export interface TextSource {
  /** @throws Error that names the entry and the file when there is no text */
  read(): Promise<string>
  /** Reads the file again the next time. */
  refresh(): void
}

/** A text that is written in the kubeconfig itself. */
export const inlineText = (text: string): TextSource => ({
  read: async () => Promise.resolve(text),
  refresh: () => undefined,
})

/** A certificate bundle or a token is far smaller. */
const MAX_FILE_BYTES = 1_048_576
/** The kubelet renews a token two minutes before its end (client-go `NewCachedFileTokenSource`). */
const MAX_AGE_MS = 50_000

/** Options of {@link cachedFile}. */
export interface CachedFileOptions {
  readonly path: string
  /** The entry that names it, such as `the tokenFile of the user "x"`. */
  readonly entry: string
  readonly clock: Clock
}

/**
 * A file that others renew. It is read again when it was read 50 seconds ago; if that fails, the last
 * text stays in use. White space around the text is removed, and an empty file is an error.
 */
export function cachedFile({ path, entry, clock }: CachedFileOptions): TextSource {
  let last: { readonly text: string; readonly readAtMs: number } | undefined
  let isFresh = false
  return {
    read: async () => {
      if (last !== undefined && isFresh && clock.uptimeMs() - last.readAtMs < MAX_AGE_MS) {
        return last.text
      }
      const read = await readBoundedFile(path, MAX_FILE_BYTES)
      const text = read.ok ? read.value.trim() : ''
      if (text !== '') {
        last = { text, readAtMs: clock.uptimeMs() }
        isFresh = true
        return text
      }
      if (last !== undefined) return last.text
      throw new Error(
        `${entry}, ${path}, cannot be read: ${read.ok ? 'it is empty' : read.error.reason}`,
      )
    },
    refresh: () => {
      isFresh = false
    },
  }
}
