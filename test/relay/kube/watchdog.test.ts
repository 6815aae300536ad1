import { getEventListeners } from 'node:events'
import { describe, it } from 'vitest'
import { startWatchdog } from '../../../relay/src/kube/watchdog.ts'
import { FakeClock } from '../queue/fake-clock.ts'

const aWatchdog = (parent = new AbortController().signal) => {
  const clock = new FakeClock()
  return { clock, parent, watchdog: startWatchdog({ clock, limitMs: 100, parent }) }
}

describe('startWatchdog', () => {
  it('barks after too long a silence, and not before', async ({ expect }) => {
    const { clock, watchdog } = aWatchdog()
    await clock.advance(60)
    watchdog.touch()
    await clock.advance(99)
    expect(watchdog.signal.aborted).toBe(false)
    await clock.advance(1)
    expect(watchdog.signal.reason).toEqual(new Error('no data was received for 100 ms'))
  })

  it('follows its parent', ({ expect }) => {
    const parent = new AbortController()
    const { watchdog } = aWatchdog(parent.signal)
    parent.abort('stop')
    expect(watchdog.signal.reason).toBe('stop')
  })

  it('has barked from the start when its parent has', ({ expect }) => {
    const { watchdog } = aWatchdog(AbortSignal.abort('stopped'))
    expect(watchdog.signal.reason).toBe('stopped')
  })

  it('leaves nothing behind when it is stopped', async ({ expect }) => {
    const { clock, parent, watchdog } = aWatchdog()
    watchdog.stop()
    expect(clock.pendingMs).toEqual([])
    expect(getEventListeners(parent, 'abort')).toEqual([])
    await clock.advance(1_000)
    expect(watchdog.signal.aborted).toBe(false)
  })
})
