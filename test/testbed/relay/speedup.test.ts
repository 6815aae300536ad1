import { speedUp } from '@edge-issuer/testbed/relay/speedup'
import { describe, it } from 'vitest'
import { FakeClock } from '../../relay/queue/fake-clock.ts'

describe('speedUp', () => {
  it('lets ten seconds pass in one', async ({ expect }) => {
    const clock = new FakeClock()
    await clock.advance(5_000)
    const fast = speedUp(clock, 10)
    const startMs = clock.now()
    expect([fast.now(), fast.uptimeMs()]).toEqual([startMs, 5_000])
    await clock.advance(1_000)
    expect([fast.now(), fast.uptimeMs()]).toEqual([startMs + 10_000, 15_000])
  })

  it('a timer of ten seconds fires after one, unless it is called off', async ({ expect }) => {
    const clock = new FakeClock()
    const fast = speedUp(clock, 10)
    const fired: string[] = []
    fast.setTimer(() => fired.push('kept'), 10_000)
    const cancel = fast.setTimer(() => fired.push('called off'), 10_000)
    cancel()
    await clock.advance(999)
    expect(fired).toEqual([])
    await clock.advance(1)
    expect(fired).toEqual(['kept'])
  })
})
