import { describe, it } from 'vitest'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import { watchObject } from '../../../relay/src/watch/object-watch.ts'
import { FakeClock, settle } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import {
  bookmark,
  changed,
  deleted,
  failed,
  ScriptedCollection,
  SILENCE,
  type WatchScript,
} from './fixtures.ts'

/** Watches the cat `tom`, as far as the script goes without time. */
const aWatch = async (...watches: readonly WatchScript[]) => {
  const clock = new FakeClock()
  const source = new ScriptedCollection(clock, { lists: [], watches })
  const reported: string[] = []
  const stop = new AbortController()
  const running = watchObject(
    {
      source,
      listener: {
        changed: (body) => reported.push(`${clock.uptimeMs()} ${JSON.stringify(body)}`),
        interrupted: ({ kind }: ApiError) => reported.push(`${clock.uptimeMs()} ${kind}`),
      },
      clock,
      random: () => 0.5,
      log: new RecordingLog(),
    },
    stop.signal,
  )
  await settle()
  return { clock, source, reported, stop, running }
}

const tom = (version: number, mood = 'calm') => changed('tom', version, mood)

describe('watchObject', () => {
  it('reports the initial state, and each change', async ({ expect }) => {
    const { reported, source } = await aWatch([
      tom(1),
      tom(2, 'angry'),
      bookmark(8),
      deleted('tom', 9),
      SILENCE,
    ])
    expect(reported).toEqual(['0 "calm"', '0 "angry"', '0 undefined'])
    expect(source.calls).toEqual(['0 watch '])
  })

  it('restarts when a watch ends, and does not report the same state twice', async ({ expect }) => {
    const { reported, source, clock } = await aWatch([tom(1)], [tom(1), tom(2, 'angry'), SILENCE])
    await clock.advance(10_000)
    expect(reported).toEqual(['0 "calm"', '0 unavailable', '1200 "angry"'])
    expect(source.calls).toEqual(['0 watch ', '1200 watch '])
  })

  it('reports an object that was recreated', async ({ expect }) => {
    const { reported } = await aWatch([tom(1), deleted('tom', 2), tom(3), SILENCE])
    expect(reported).toEqual(['0 "calm"', '0 undefined', '0 "calm"'])
  })

  it('asks ever more seldom while it is refused, and at least every five minutes', async ({
    expect,
  }) => {
    const refusals = Array.from({ length: 20 }, () => [failed('forbidden')])
    const { source, clock } = await aWatch(...refusals)
    await clock.advance(1_800_000)
    const timesMs = source.calls.map((call) => Number(call.split(' ')[0]))
    const waitsMs = timesMs.slice(1).map((ms, index) => ms - (timesMs[index] ?? 0))
    expect(waitsMs.slice(0, 4)).toEqual([1_200, 2_400, 4_800, 9_600])
    expect(Math.max(...waitsMs)).toBe(300_000)
  })

  it('starts over with its patience once something was heard', async ({ expect }) => {
    const refused = [failed('forbidden')]
    const { source, clock } = await aWatch(refused, refused, [tom(1)], refused, [SILENCE])
    await clock.advance(60_000)
    expect(source.calls).toEqual([
      '0 watch ',
      '1200 watch ',
      '3600 watch ',
      '4800 watch ',
      '7200 watch ',
    ])
  })

  it('waits as long as it is asked to', async ({ expect }) => {
    const { source, clock } = await aWatch([failed('throttled', { retryAfterMs: 30_000 })])
    await clock.advance(60_000)
    expect(source.calls).toEqual(['0 watch ', '35000 watch '])
  })

  it('ends with its signal, watching or waiting', async ({ expect }) => {
    for (const script of [[tom(1), SILENCE], [failed('unavailable')]]) {
      const { clock, stop, running, reported } = await aWatch(script)
      const before = reported.length
      stop.abort()
      await running
      expect(clock.pendingMs).toEqual([])
      expect(reported).toHaveLength(before)
    }
  })
})
