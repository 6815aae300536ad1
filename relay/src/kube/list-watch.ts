import { err, type Result } from '@edge-issuer/shared'
import type { Log } from '../log.ts'
import type { Clock } from '../queue/clock.ts'
import { withDeadline } from '../queue/deadline.ts'
import { type ApiError, faultError } from './api-error.ts'
import { readLines } from './lines.ts'
import { collectionPath } from './paths.ts'
import type { Collection, ListWatch, WatchEvent } from './ports.ts'
import { type ApiBody, parseJson, readText, type Transport } from './transport.ts'
import { startWatchdog, type Watchdog } from './watchdog.ts'
import { parsePage, parseWatchEvent, type WirePage } from './wire.ts'

/** Objects a page (client-go tools/pager). */
const PAGE_OBJECTS = 500
/** A page of large objects is asked for again in half the size, so that no listing takes all memory. */
const MAX_PAGE_BYTES = 32 * 1_048_576
const PAGE_TOO_LARGE: ApiError = {
  kind: 'unavailable',
  message: `a page of a listing is longer than ${MAX_PAGE_BYTES} bytes`,
}
/** The API server gives up on a request after 60 s by itself (--request-timeout). */
const PAGE_DEADLINE_MS = 60_000

/** A watch ends by itself after 5 to 10 minutes, spread so that not all come back at once (client-go reflector). */
const WATCH_MINIMUM_SECONDS = 300
/** Longest silence of a watch. Bookmarks come about every minute (k8s.io/apiserver cacher). */
const WATCH_SILENCE_MS = 150_000

/** What a list-watch is made of. */
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
      let continueToken = ''
      let limit = PAGE_OBJECTS
      for (;;) {
        const page = await readPage(
          query({ limit, ...(continueToken === '' ? {} : { continue: continueToken }) }),
          options,
          signal,
        )
        if (page.ok) {
          yield page
          ;({ continueToken } = page.value)
          if (continueToken === '') return
        } else if (page.error === PAGE_TOO_LARGE && limit > 1) {
          limit = Math.ceil(limit / 2)
        } else if (!dropsSelector(page.error)) {
          yield page
          return
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

async function readPage(
  path: string,
  { transport, clock }: ListWatchOptions,
  signal: AbortSignal,
): Promise<Result<WirePage, ApiError>> {
  return withDeadline({ clock, limitMs: PAGE_DEADLINE_MS, signal }, async (limited) => {
    const answer = await transport.send({ method: 'GET', path }, limited)
    if (!answer.ok) return answer
    try {
      const text = await readText(answer.value, MAX_PAGE_BYTES)
      return text === undefined ? err(PAGE_TOO_LARGE) : parsePage(parseJson(text))
    } catch (thrown) {
      return err(faultError(thrown))
    }
  })
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
    // A watch that fell silent has told all that it knows; whoever begins the next one finds out more.
    if (signal.aborted && !parent.aborted) return
    yield err(faultError(thrown))
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
