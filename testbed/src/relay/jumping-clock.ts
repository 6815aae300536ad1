/**
 * Loaded into a relay process before the relay (`node --import`): SIGUSR2 moves what it measures on by fifty minutes,
 * which is when a token of an hour is renewed. Timers, and the time that it writes down, stay as they are.
 *
 * @module
 */
import { systemClock } from '../../../relay/src/queue/clock.ts'

const JUMP_MS = 50 * 60_000

const uptimeMs = systemClock.uptimeMs.bind(systemClock)
let jumpedMs = 0

process.on('SIGUSR2', () => {
  jumpedMs += JUMP_MS
})

Object.assign(systemClock, { uptimeMs: () => uptimeMs() + jumpedMs })
