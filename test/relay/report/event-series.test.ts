import { describe, it } from 'vitest'
import type { EventObject } from '../../../relay/src/kube/ports.ts'
import { EventSeries } from '../../../relay/src/report/event-series.ts'

const EVENT: EventObject = {
  metadata: { namespace: 'ns', name: 'rex.1' },
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'edge-issuer.dev/relay',
  reportingInstance: 'relay-0',
  type: 'Normal',
  reason: 'Fed',
  action: 'Synced',
  note: 'with bones',
  regarding: { apiVersion: 'v1', kind: 'Pet', namespace: 'ns', name: 'rex', uid: 'u' },
}
const regarding = (part: Partial<EventObject['regarding']>): Partial<EventObject> => ({
  regarding: { ...EVENT.regarding, ...part },
})

describe('EventSeries', () => {
  it('counts equal events, whatever their name and time', ({ expect }) => {
    const series = new EventSeries()
    const first = series.count(EVENT, 0)
    const again = { ...EVENT, metadata: { ...EVENT.metadata, name: 'rex.2' }, eventTime: 'later' }
    expect(series.count(again, 7_000)).toBe(first)
    expect(first.event).toEqual({
      ...EVENT,
      series: { count: 2, lastObservedTime: '1970-01-01T00:00:07.000000Z' },
    })
    expect(series.size).toBe(1)
  })

  it('counts notes that differ in the request id alone', ({ expect }) => {
    const series = new EventSeries()
    const first = series.count({ ...EVENT, note: 'refused; request id 1' }, 0)
    expect(series.count({ ...EVENT, note: 'refused; request id 2' }, 7_000)).toBe(first)
    expect(first.event.note).toBe('refused; request id 1')
  })

  it.for([
    ['type', { type: 'Warning' }],
    ['reason', { reason: 'Starved' }],
    ['action', { action: 'SyncFailed' }],
    ['note', { note: 'with carrots' }],
    ['controller', { reportingController: 'other.dev/relay' }],
    ['instance', { reportingInstance: 'relay-1' }],
    ['object', regarding({ name: 'tom' })],
    ['namespace', regarding({ namespace: 'other' })],
    ['kind', regarding({ kind: 'Cat' })],
    ['version', regarding({ apiVersion: 'v2' })],
    ['uid: the object was made anew', regarding({ uid: 'v' })],
  ] as const)('tells events apart by their %s', ([, part], { expect }) => {
    const series = new EventSeries()
    const first = series.count(EVENT, 0)
    const other = series.count({ ...EVENT, ...part }, 0)
    expect(other).not.toBe(first)
    expect([first.event.series, other.event.series]).toEqual([undefined, undefined])
  })

  it('forgets an event that has not happened for six minutes, not one that goes on', ({
    expect,
  }) => {
    const series = new EventSeries()
    const lasting = { ...EVENT, note: 'lasting' }
    const goesOn = series.count(lasting, 0)
    series.count(EVENT, 0)
    series.count(lasting, 300_000)
    expect(series.count(lasting, 360_000)).toBe(goesOn)
    expect(series.size).toBe(1)
  })

  it('remembers four thousand, the latest', ({ expect }) => {
    const series = new EventSeries()
    const numbered = (number: number) => series.count({ ...EVENT, note: String(number) }, 0)
    const first = numbered(0)
    for (let number = 1; number < 4_200; number += 1) numbered(number)
    expect(series.size).toBeLessThanOrEqual(4_097)
    expect(numbered(0)).not.toBe(first)
    expect(numbered(4_199).event.series?.count).toBe(2)
  })
})
