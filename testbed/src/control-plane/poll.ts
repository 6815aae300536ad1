import { setTimeout as sleep } from 'node:timers/promises'

const FIRST_INTERVAL_MS = 25
/** Many probes start a process, and take CPU time from what they wait for. */
const LAST_INTERVAL_MS = 250
const INTERVAL_GROWTH = 1.5

/** Options of {@link pollUntil}. */
export interface PollOptions {
  /** Completes "timed out waiting for …". */
  readonly what: string
  /** A rejection counts as "not yet". */
  readonly probe: () => Promise<boolean>
  readonly timeoutMs: number
}

/**
 * Polls until the probe returns true, first often and then less often.
 * @throws Error when the time runs out; its cause is what the last probe threw, if it did
 */
export async function pollUntil(options: PollOptions): Promise<void> {
  const deadline = Date.now() + options.timeoutMs
  let intervalMs = FIRST_INTERVAL_MS
  let cause: unknown
  while (Date.now() < deadline) {
    try {
      if (await options.probe()) return
      cause = undefined
    } catch (error) {
      cause = error
    }
    await sleep(intervalMs)
    intervalMs = Math.min(intervalMs * INTERVAL_GROWTH, LAST_INTERVAL_MS)
  }
  throw new Error(`timed out waiting for ${options.what} (${options.timeoutMs} ms)`, { cause })
}
