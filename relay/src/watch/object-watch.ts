/**
 * Follows one object by a watch alone: it begins with the object as it is (a watch without a
 * resourceVersion, "get state and start at most recent"), so no permission to list is needed.
 *
 * @module
 */
import type { ApiError } from '../kube/api-error.ts'
import type { ListWatch, WatchEvent } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import { type Clock, sleep } from '../queue/clock.ts'
import { type BackoffPolicy, RateLimiter } from '../queue/rate-limiter.ts'

/** Receives changes of the object. Changes may be missed: this speeds things up, and is not the truth. */
export interface ObjectListener {
  /** The object as it is now; `undefined` when it was deleted. Each state is reported once. */
  changed(body: unknown): void
  /** The watch does not run; the last reported state may be outdated. */
  interrupted?(error: ApiError): void
}

/** Options of {@link watchObject}. */
export interface ObjectWatchOptions {
  /** A collection whose field selector leaves one object. */
  readonly source: Pick<ListWatch, 'watch'>
  readonly listener: ObjectListener
  readonly clock: Clock
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly log: Log
}

/** As a reflector's, but for lasting refusals: a missing permission is retried less and less often. */
const BACKOFF: BackoffPolicy = { baseMs: 1_200, maxMs: 300_000, jitter: 1 / 3 }

/** Runs until `signal` aborts. */
export async function watchObject(options: ObjectWatchOptions, signal: AbortSignal): Promise<void> {
  const { listener, clock, random, log } = options
  const backoff = new RateLimiter<'watch'>(BACKOFF, random)
  /** Reported last. Each watch begins with the state as it is, also when it is the same. */
  let version: string | undefined
  const apply = (event: WatchEvent): void => {
    backoff.forget('watch')
    if (event.kind === 'bookmark') return
    const { resourceVersion, body } = event.object
    if (event.kind === 'changed' && resourceVersion === version) return
    version = resourceVersion
    listener.changed(event.kind === 'deleted' ? undefined : body)
  }
  for (;;) {
    const error = await follow({ ...options, apply }, signal)
    if (signal.aborted) return
    const delayMs = backoff.next('watch', error.retryAfterMs)
    log.debug({ error: error.message, delayMs }, 'watch interrupted')
    listener.interrupted?.(error)
    await sleep(clock, delayMs, signal)
  }
}

interface Following extends Pick<ObjectWatchOptions, 'source'> {
  readonly apply: (event: WatchEvent) => void
}

/** One watch, to its end. */
async function follow({ source, apply }: Following, signal: AbortSignal): Promise<ApiError> {
  for await (const event of source.watch('', signal)) {
    if (!event.ok) return event.error
    apply(event.value)
  }
  return { kind: 'unavailable', message: 'the watch ended' }
}
