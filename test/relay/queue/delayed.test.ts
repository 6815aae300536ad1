import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { DelayedKeys } from '../../../relay/src/queue/delayed.ts'
import { FakeClock } from './fake-clock.ts'

const DAY_MS = 86_400_000

/** A key, and when it is due. */
type Due = readonly [key: string, atMs: number]

const byTimeThenKey = (a: Due, b: Due): number => a[1] - b[1] || a[0].localeCompare(b[0])

describe('DelayedKeys', () => {
  it('hands a key on when its time has come, and not before', async ({ expect }) => {
    const clock = new FakeClock()
    const due: string[] = []
    const delayed = new DelayedKeys(clock, (key) => due.push(key))
    delayed.addAfter('a', 100)
    await clock.advance(99)
    expect(due).toEqual([])
    await clock.advance(1)
    expect(due).toEqual(['a'])
    expect(delayed.size).toBe(0)
  })

  it.for([
    ['the later', [100, 50]],
    ['the earlier', [50, 100]],
  ] as const)(
    'lets the earlier time stand when %s was added first',
    async ([, delays], { expect }) => {
      const clock = new FakeClock()
      const due: number[] = []
      const delayed = new DelayedKeys(clock, () => due.push(clock.uptimeMs()))
      for (const delayMs of delays) delayed.addAfter('a', delayMs)
      await clock.advance(200)
      expect(due).toEqual([50])
    },
  )

  it('needs one timer for all keys', ({ expect }) => {
    const clock = new FakeClock()
    const delayed = new DelayedKeys(clock, () => undefined)
    for (const [key, delayMs] of Object.entries({ a: 30, b: 10, c: 20 })) {
      delayed.addAfter(key, delayMs)
    }
    expect(clock.pendingMs).toEqual([10])
  })

  it('waits longer than a JavaScript timer can', async ({ expect }) => {
    const clock = new FakeClock()
    const due: string[] = []
    const delayed = new DelayedKeys(clock, (key) => due.push(key))
    delayed.addAfter('a', 60 * DAY_MS)
    expect(clock.pendingMs).toEqual([2 ** 31 - 1])
    await clock.advance(60 * DAY_MS - 1)
    expect(due).toEqual([])
    await clock.advance(1)
    expect(due).toEqual(['a'])
  })

  it('takes a key again while it is handed on', async ({ expect }) => {
    const clock = new FakeClock()
    const due: number[] = []
    const delayed = new DelayedKeys<'a'>(clock, (key) => {
      due.push(clock.uptimeMs())
      if (due.length < 3) delayed.addAfter(key, 10)
    })
    delayed.addAfter('a', 10)
    await clock.advance(100)
    expect(due).toEqual([10, 20, 30])
  })

  it('forgets everything when it is stopped', async ({ expect }) => {
    const clock = new FakeClock()
    const due: string[] = []
    const delayed = new DelayedKeys(clock, (key) => due.push(key))
    delayed.addAfter('a', 10)
    delayed.stop()
    delayed.addAfter('b', 10)
    expect(clock.pendingMs).toEqual([])
    await clock.advance(100)
    expect(due).toEqual([])
  })

  it('hands on each key exactly when the earliest of its times comes', async ({ expect }) => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      delayMs: fc.nat({ max: 50 }),
      thenMs: fc.nat({ max: 20 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const clock = new FakeClock()
        const got: Due[] = []
        const delayed = new DelayedKeys(clock, (key) => got.push([key, clock.uptimeMs()]))
        const wanted: Due[] = []
        const waiting = new Map<string, number>()
        const pass = (nowMs: number): void => {
          for (const [key, atMs] of waiting) {
            if (atMs > nowMs) continue
            wanted.push([key, atMs])
            waiting.delete(key)
          }
        }
        for (const { key, delayMs, thenMs } of steps) {
          delayed.addAfter(key, delayMs)
          waiting.set(key, Math.min(clock.uptimeMs() + delayMs, waiting.get(key) ?? Infinity))
          if (thenMs === 0) continue
          await clock.advance(thenMs)
          pass(clock.uptimeMs())
        }
        await clock.advance(100)
        pass(clock.uptimeMs())
        expect(got.toSorted(byTimeThenKey)).toEqual(wanted.toSorted(byTimeThenKey))
        expect(got.map(([, atMs]) => atMs)).toEqual(
          got.map(([, atMs]) => atMs).toSorted((a, b) => a - b),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('lets as many keys wait as a cluster has', async ({ expect }) => {
    const clock = new FakeClock()
    let due = 0
    const delayed = new DelayedKeys(clock, () => {
      due += 1
    })
    for (let at = 0; at < 200_000; at += 1) delayed.addAfter(String(at), 10 + (at % 3))
    await clock.advance(20)
    expect(due).toBe(200_000)
  })

  it('a key that is added again when it is due does not hold back others', async ({ expect }) => {
    const clock = new FakeClock()
    const due: string[] = []
    const delayed = new DelayedKeys(clock, (key) => {
      due.push(`${key} ${String(clock.uptimeMs())}`)
      if (due.length === 1) delayed.addAfter(key, 5)
    })
    delayed.addAfter('a', 10)
    delayed.addAfter('b', 100)
    await clock.advance(200)
    expect(due).toEqual(['a 10', 'a 15', 'b 100'])
  })
})
