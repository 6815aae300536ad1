import type { Clock } from './clock.ts'

/** The limits of an operation. */
export interface Bounds {
  readonly clock: Clock
  readonly limitMs: number
  /** Ends the work early when it aborts. */
  readonly signal: AbortSignal
}

/** A running deadline. */
export interface Deadline {
  /** Aborts at the deadline (reason: a `TimeoutError`), or together with the bounds' signal (its reason). */
  readonly signal: AbortSignal
  readonly stop: () => void
}

/** Starts one; {@link Deadline.stop} it in any case. */
export function startDeadline({ clock, limitMs, signal }: Bounds): Deadline {
  const controller = new AbortController()
  const follow = (): void => controller.abort(signal.reason)
  if (signal.aborted) follow()
  signal.addEventListener('abort', follow, { once: true })
  const cancel = clock.setTimer(() => {
    controller.abort(new DOMException(`not done within ${limitMs} ms`, 'TimeoutError'))
  }, limitMs)
  return {
    signal: controller.signal,
    stop: () => {
      cancel()
      signal.removeEventListener('abort', follow)
    },
  }
}

/**
 * Runs `work` with the signal of a deadline. The work must end when the signal aborts: this function waits for it.
 */
export async function withDeadline<T>(
  bounds: Bounds,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = startDeadline(bounds)
  try {
    return await work(deadline.signal)
  } finally {
    deadline.stop()
  }
}

/**
 * Settles as `work` does, or rejects with the signal's reason as soon as it aborts: for work that does not check
 * the signal in each of its steps, such as resolving a name or opening a connection. A later result is ignored.
 */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
