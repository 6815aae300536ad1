import { describe, it } from 'vitest'
import { eventObject } from '../../../relay/src/report/event-object.ts'
import type { Occurrence } from '../../../relay/src/report/event-series.ts'
import {
  MAX_WAITING,
  MAX_WAITING_OF_GROUP,
  WaitingEvents,
} from '../../../relay/src/report/waiting-events.ts'
import { anEvent } from './recorder.ts'

function occurrence(namespace: string, reason: string, note: string): Occurrence {
  const draft = anEvent(note)
  const event = eventObject(
    { ...draft, reason, regarding: { ...draft.regarding, namespace } },
    { reportingController: 'edge-issuer.dev/relay', reportingInstance: 'relay-0', nowMs: 0 },
  )
  return { key: note, event, isCreated: false, isWaiting: true, lastMs: 0 }
}

/** Adds `count` events. @returns The notes of those that were dropped. */
function add(waiting: WaitingEvents, group: readonly [string, string], count: number): string[] {
  const dropped: string[] = []
  for (let event = 0; event < count; event += 1) {
    const lost = waiting.add(occurrence(...group, `${group.join(' ')} ${String(event)}`))
    if (lost !== undefined) dropped.push(lost.event.note)
  }
  return dropped
}

/** How many wait in each namespace, and the order of the first two. */
function takeAll(waiting: WaitingEvents): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { namespace = '' } = next.event.regarding
    counts[namespace] = (counts[namespace] ?? 0) + 1
  }
  return counts
}

describe('WaitingEvents', () => {
  it('gives events in their order, and knows how many wait', ({ expect }) => {
    const waiting = new WaitingEvents()
    expect(add(waiting, ['a', 'Issued'], 2)).toEqual([])
    expect(waiting.size).toBe(2)
    expect(waiting.shift()?.event.note).toBe('a Issued 0')
    expect(waiting.shift()?.event.note).toBe('a Issued 1')
    expect(waiting.shift()).toBeUndefined()
  })

  it('drops the newest of a reason and a namespace with too many', ({ expect }) => {
    const waiting = new WaitingEvents()
    expect(add(waiting, ['a', 'Issued'], MAX_WAITING_OF_GROUP + 1)).toEqual([
      `a Issued ${String(MAX_WAITING_OF_GROUP)}`,
    ])
    expect(add(waiting, ['a', 'Pending'], 1)).toEqual([])
    expect(add(waiting, ['b', 'Issued'], 1)).toEqual([])
    waiting.shift()
    expect(add(waiting, ['a', 'Issued'], 1)).toEqual([])
  })

  it('a namespace that fills everything makes room for others', ({ expect }) => {
    const waiting = new WaitingEvents()
    const reasons = ['Issued', 'Pending', 'RetryableError', 'PermanentError', 'WaitingForApproval']
    const lost = reasons.flatMap((reason) => add(waiting, ['flood', reason], MAX_WAITING_OF_GROUP))
    expect(waiting.size).toBe(MAX_WAITING)
    expect(lost).toHaveLength(reasons.length * MAX_WAITING_OF_GROUP - MAX_WAITING)
    expect(add(waiting, ['quiet', 'Issued'], 200)).toEqual(
      expect.not.arrayContaining([expect.stringMatching(/^quiet /)]),
    )
    expect(waiting.size).toBe(MAX_WAITING)
    expect(takeAll(waiting)).toEqual({ flood: MAX_WAITING - 200, quiet: 200 })
  })

  it('is empty after it was cleared', ({ expect }) => {
    const waiting = new WaitingEvents()
    add(waiting, ['a', 'Issued'], MAX_WAITING_OF_GROUP)
    expect(waiting.clear()).toBe(MAX_WAITING_OF_GROUP)
    expect(waiting.size).toBe(0)
    expect(add(waiting, ['a', 'Issued'], 1)).toEqual([])
  })
})
