import { getEventListeners } from 'node:events'
import { describe, it } from 'vitest'
import { sleep, systemClock } from '../../../relay/src/queue/clock.ts'
import { FakeClock, settle } from './fake-clock.ts'

describe('sleep', () => {
  it('ends when its time has come, and not before', async ({ expect }) => {
    const clock = new FakeClock()
    const { signal } = new AbortController()
    let isOver = false
    void sleep(clock, 100, signal).then(() => (isOver = true))
    await clock.advance(99)
    expect(isOver).toBe(false)
    await clock.advance(1)
    expect(isOver).toBe(true)
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('ends at once when the signal aborts, and leaves no timer', async ({ expect }) => {
    const clock = new FakeClock()
    const stop = new AbortController()
    const sleeping = sleep(clock, 100, stop.signal)
    stop.abort()
    await sleeping
    expect(clock.pendingMs).toEqual([])
  })

  it('does not begin when the signal has aborted', async ({ expect }) => {
    const clock = new FakeClock()
    await sleep(clock, 100, AbortSignal.abort())
    expect(clock.pendingMs).toEqual([])
  })
})

describe('systemClock', () => {
  it('fires a timer, unless it is called off', async ({ expect }) => {
    const fired: string[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = systemClock.setTimer(() => fired.push('called off'), 0)
    cancel()
    systemClock.setTimer(() => {
      fired.push('kept')
      resolve()
    }, 1)
    await promise
    await settle()
    expect(fired).toEqual(['kept'])
  })

  it('returns the wall clock in epoch milliseconds', ({ expect }) => {
    const before = Date.now()
    const now = systemClock.now()
    expect(now).toBeGreaterThanOrEqual(before)
    expect(now).toBeLessThanOrEqual(Date.now())
  })

  it('has an uptime that does not go back', ({ expect }) => {
    const before = systemClock.uptimeMs()
    expect(systemClock.uptimeMs()).toBeGreaterThanOrEqual(before)
  })
})
