import type { Clock } from '../../../relay/src/queue/clock.ts'

/**
 * A clock on which `pace` seconds pass in each second of another one, from now on. Every wait and
 * every deadline that goes by it is so much shorter, and all of them keep their proportions.
 */
export function speedUp(clock: Clock, pace: number): Clock {
  const startMs = clock.now()
  const startUptimeMs = clock.uptimeMs()
  return {
    now: () => Math.floor(startMs + (clock.now() - startMs) * pace),
    uptimeMs: () => startUptimeMs + (clock.uptimeMs() - startUptimeMs) * pace,
    setTimer: (fire, delayMs) => clock.setTimer(fire, delayMs / pace),
  }
}
