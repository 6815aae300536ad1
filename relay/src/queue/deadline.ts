import type { Clock } from './clock.ts'

/** What bounds a piece of work. */
export interface Bounds {
  readonly clock: Clock
  readonly limitMs: number
  /** Ends the work early when it aborts. */
  readonly signal: AbortSignal
}

/**
 * Runs `work` with a signal that aborts after `limitMs` (reason: a `TimeoutError`), or together with
 * `bounds.signal` (its reason). The work must heed the signal: nothing here walks away from it.
 */
export async function withDeadline<T>(
  bounds: Bounds,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { clock, limitMs, signal } = bounds
  const controller = new AbortController()
  const follow = (): void => controller.abort(signal.reason)
  if (signal.aborted) follow()
  signal.addEventListener('abort', follow, { once: true })
  const cancel = clock.setTimer(() => {
    controller.abort(new DOMException(`not done within ${limitMs} ms`, 'TimeoutError'))
  }, limitMs)
  try {
    return await work(controller.signal)
  } finally {
    cancel()
    signal.removeEventListener('abort', follow)
  }
}
