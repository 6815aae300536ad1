import type { Clock } from '../queue/clock.ts'

/** Barks at silence. */
export interface Watchdog {
  /** Aborts after too long a silence, or together with the parent. */
  readonly signal: AbortSignal
  /** There was a sign of life. */
  touch(): void
  stop(): void
}

/** What a watchdog watches over. */
export interface WatchdogOptions {
  readonly clock: Clock
  /** Longest silence, in milliseconds. */
  readonly limitMs: number
  readonly parent: AbortSignal
}

/** Starts one; {@link Watchdog.stop} it in any case. */
export function startWatchdog({ clock, limitMs, parent }: WatchdogOptions): Watchdog {
  const controller = new AbortController()
  let heardAtMs = clock.uptimeMs()
  const look = (): void => {
    const silentMs = clock.uptimeMs() - heardAtMs
    if (silentMs < limitMs) cancel = clock.setTimer(look, limitMs - silentMs)
    else controller.abort(new Error(`no data was received for ${limitMs} ms`))
  }
  let cancel = clock.setTimer(look, limitMs)
  const follow = (): void => controller.abort(parent.reason)
  if (parent.aborted) follow()
  parent.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    touch: () => {
      heardAtMs = clock.uptimeMs()
    },
    stop: () => {
      cancel()
      parent.removeEventListener('abort', follow)
    },
  }
}
