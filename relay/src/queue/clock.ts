/**
 * Time as the relay sees it. Everything that waits is given a clock, so that a test turns it by hand.
 *
 * @module
 */

/** Where time comes from. */
export interface Clock {
  /** The wall clock, in epoch milliseconds. It may jump; use it for what is written down. */
  now(): number
  /** Milliseconds since some fixed moment. It never goes back; use it for what is measured. */
  uptimeMs(): number
  /** Calls `fire` once after `delayMs`, at most 2^31 − 1. @returns A function that calls it off. */
  setTimer(fire: () => void, delayMs: number): () => void
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  uptimeMs: () => performance.now(),
  setTimer: (fire, delayMs) => {
    const timer = setTimeout(fire, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Waits `delayMs`, or less when `signal` aborts; check the signal to distinguish the two. */
export async function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const end = (): void => resolve()
  const cancel = clock.setTimer(end, delayMs)
  signal.addEventListener('abort', end, { once: true })
  await promise
  cancel()
  signal.removeEventListener('abort', end)
}
