import { getEventListeners, once } from 'node:events'
import { describe, it } from 'vitest'
import { withDeadline } from '../../../relay/src/queue/deadline.ts'
import { FakeClock } from './fake-clock.ts'

const untilAborted = async (signal: AbortSignal): Promise<unknown> => {
  if (!signal.aborted) await once(signal, 'abort')
  return signal.reason
}

describe('withDeadline', () => {
  it('gives what the work gives, and leaves nothing behind', async ({ expect }) => {
    const clock = new FakeClock()
    const { signal } = new AbortController()
    expect(await withDeadline({ clock, limitMs: 10, signal }, async () => 'value')).toBe('value')
    expect(clock.pendingMs).toEqual([])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('throws what the work throws, and leaves no timer', async ({ expect }) => {
    const clock = new FakeClock()
    const { signal } = new AbortController()
    const work = withDeadline({ clock, limitMs: 10, signal }, async () => {
      throw new Error('broken')
    })
    await expect(work).rejects.toThrow('broken')
    expect(clock.pendingMs).toEqual([])
  })

  it('aborts at the limit, and not before', async ({ expect }) => {
    const clock = new FakeClock()
    const { signal } = new AbortController()
    const reasons: unknown[] = []
    const work = withDeadline({ clock, limitMs: 10, signal }, untilAborted)
    void work.then((reason) => reasons.push(reason))
    await clock.advance(9)
    expect(reasons).toEqual([])
    await clock.advance(1)
    expect(reasons).toEqual([new DOMException('not done within 10 ms', 'TimeoutError')])
  })

  it('aborts with its parent, for the same reason', async ({ expect }) => {
    const parent = new AbortController()
    const bounds = { clock: new FakeClock(), limitMs: 10, signal: parent.signal }
    const work = withDeadline(bounds, untilAborted)
    parent.abort('stop')
    expect(await work).toBe('stop')
  })

  it('begins aborted under a parent that has aborted', async ({ expect }) => {
    const bounds = { clock: new FakeClock(), limitMs: 10, signal: AbortSignal.abort('stopped') }
    expect(await withDeadline(bounds, untilAborted)).toBe('stopped')
  })
})
