import { err, type Result } from '@edge-issuer/shared'
import type { Log } from '../log.ts'
import type { Clock } from '../queue/clock.ts'
import { startDeadline } from '../queue/deadline.ts'
import { type ApiError, thrownError } from './api-error.ts'
import { parseListPart, parsePageEnd, parseWatchEvent } from './decode.ts'
import { readLines } from './line-reader.ts'
import { ListStream } from './list-stream.ts'
import { collectionPath } from './paths.ts'
import type { Collection, ListPart, ListWatch, WatchEvent } from './ports.ts'
import { type ApiBody, parseJson, type Transport } from './transport.ts'
import { startWatchdog, type Watchdog } from './watchdog.ts'

/** Objects a page (client-go tools/pager). */
const PAGE_OBJECTS = 500
/** The API server gives up on a request after 60 s by itself (--request-timeout). */
const PAGE_DEADLINE_MS = 60_000

/** A watch ends by itself after 5 to 10 minutes, spread so that not all come back at once (client-go reflector). */
const WATCH_MINIMUM_SECONDS = 300
/** Longest silence of a watch. Bookmarks come about every minute (k8s.io/apiserver cacher). */
const WATCH_SILENCE_MS = 150_000

/** Options of a list-watch. */
export interface ListWatchOptions {
  readonly transport: Transport
  readonly clock: Clock
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly log: Log
}

/** Lists and watches one collection. */
export function createListWatch(collection: Collection, options: ListWatchOptions): ListWatch {
  const { resource, namespace } = collection
  const path = collectionPath(resource, namespace)
  let { fieldSelector } = collection

  const query = (parameters: Readonly<Record<string, string | number>>): string => {
    const search = new URLSearchParams(fieldSelector === undefined ? {} : { fieldSelector })
    for (const [name, value] of Object.entries(parameters)) search.set(name, String(value))
    return `${path}?${search.toString()}`
  }

  /** @returns Whether to ask again without the selector, for good. */
  const dropsSelector = (error: ApiError): boolean => {
    // The text of k8s.io/apimachinery for a CRD without selectableFields, and for servers that know none.
    const isAboutIt = error.status === 400 && error.message.includes('field label not supported')
    if (fieldSelector === undefined || !isAboutIt) return false
    options.log.info(
      { resource: resource.plural, fieldSelector },
      'the API server does not support the field selector; reading the whole collection',
    )
    fieldSelector = undefined
    return true
  }

  return {
    async *list(signal) {
      const { transport, clock } = options
      let continueToken = ''
      for (;;) {
        const next = continueToken === '' ? {} : { continue: continueToken }
        const page = query({ limit: PAGE_OBJECTS, ...next })
        const deadline = startDeadline({ clock, limitMs: PAGE_DEADLINE_MS, signal })
        try {
          const answer = await transport.send({ method: 'GET', path: page }, deadline.signal)
          if (!answer.ok && dropsSelector(answer.error)) continue
          if (!answer.ok) yield answer
          continueToken = answer.ok ? yield* readPage(answer.value) : ''
          if (continueToken === '') return
        } finally {
          deadline.stop()
        }
      }
    },

    watch(resourceVersion, signal) {
      const timeoutSeconds = Math.ceil(WATCH_MINIMUM_SECONDS * (1 + options.random()))
      return readWatch(
        query({ watch: 'true', allowWatchBookmarks: 'true', resourceVersion, timeoutSeconds }),
        options,
        signal,
      )
    },
  }
}

/**
 * Reads one page; nothing is kept.
 *
 * @yields Its objects as they come, then its version. An error is the last item.
 * @returns Where the next page begins; empty when there is none.
 */
async function* readPage(body: ApiBody): AsyncGenerator<Result<ListPart, ApiError>, string> {
  const cutter = new ListStream()
  try {
    for await (const chunk of body) {
      const part = parseListPart(cutter.push(chunk))
      yield part
      if (!part.ok) return ''
    }
    const end = parsePageEnd(parseJson(cutter.frame()))
    yield end
    if (end.ok) return end.value.continueToken
  } catch (thrown) {
    yield err(thrownError(thrown))
  }
  return ''
}

async function* readWatch(
  path: string,
  { transport, clock }: ListWatchOptions,
  parent: AbortSignal,
): AsyncGenerator<Result<WatchEvent, ApiError>> {
  const watchdog = startWatchdog({ clock, limitMs: WATCH_SILENCE_MS, parent })
  const { signal } = watchdog
  try {
    const answer = await transport.send({ method: 'GET', path }, signal)
    if (!answer.ok) {
      yield answer
      return
    }
    for await (const line of readLines(heard(answer.value, watchdog))) {
      const event = parseWatchEvent(parseJson(line))
      yield event
      if (!event.ok) return
    }
  } catch (thrown) {
    // A silent watch has reported everything it received; the next watch reports the rest.
    if (signal.aborted && !parent.aborted) return
    yield err(thrownError(thrown))
  } finally {
    watchdog.stop()
  }
}

async function* heard(body: ApiBody, watchdog: Watchdog): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    watchdog.touch()
    yield chunk
  }
}
