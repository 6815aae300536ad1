import { describe, it } from 'vitest'
import { FairLanes, type Group, type Started } from '../../../relay/src/queue/fair-lanes.ts'
import { bursts, group, keysOf, push, startAll } from './lanes.ts'

const proof = (isProven: boolean): readonly Group[] => [{ ...group('proof'), isProven }]
const quickly = (isProven: boolean) => (key: Started<string> | undefined) =>
  key?.release(proof(isProven))
const slowly = (isProven: boolean) => (key: Started<string> | undefined) => {
  key?.takesLong(true)
  key?.release(proof(isProven))
}

/** What starts first of `a`, whose first key ended like this, and `b`. */
const firstAfter = (end: (first: Started<string> | undefined) => void): string | undefined => {
  const lanes = new FairLanes<string>()
  push(lanes, 'a', 3)
  end(lanes.next())
  push(lanes, 'b', 1)
  return lanes.next()?.key
}

describe('beyond the limit of a group', () => {
  it.for([
    { ended: 0, want: 2 },
    { ended: 1, want: 3 },
    { ended: 9, want: 4 },
  ])('after $ended keys that ended quickly, $want start', ({ ended, want }, { expect }) => {
    expect(startAll(bursts(ended))).toHaveLength(want)
  })

  it('others find the places that are kept for them, each up to its limit', ({ expect }) => {
    const lanes = bursts(9)
    startAll(lanes)
    push(lanes, 'b', 3)
    expect(keysOf(startAll(lanes))).toEqual(['b0', 'b1'])
  })

  it('others take their turns before', ({ expect }) => {
    const lanes = bursts(9)
    const running = startAll(lanes)
    for (const id of ['b', 'c']) push(lanes, id, 1)
    for (const { release } of running) release()
    const started = keysOf(startAll(lanes)).map((key) => key.charAt(0))
    expect(started).toEqual(['b', 'c', 'a', 'a'])
  })

  it('ends with a key that takes long, until another has ended quickly after it', ({ expect }) => {
    const lanes = bursts(9)
    const [slow, quick, ...others] = startAll(lanes)
    slow?.takesLong(true)
    for (const { release } of others) release()
    // The slow one and the quick one are at work: that is the limit.
    expect(startAll(lanes)).toEqual([])
    slow?.release()
    expect(startAll(lanes)).toHaveLength(1)
    quick?.release()
    expect(startAll(lanes)).toHaveLength(2)
  })
})

describe('a group with a key that takes long', () => {
  it('comes after others', ({ expect }) => {
    const lanes = new FairLanes<string>()
    push(lanes, 'a', 2)
    lanes.next()?.takesLong(true)
    for (const id of ['b', 'c']) push(lanes, id, 1)
    expect(keysOf(startAll(lanes))).toEqual(['b0', 'c0', 'a1'])
  })

  it('leaves the places above `spareBelow` to others, also where none is set aside', ({
    expect,
  }) => {
    const lanes = new FairLanes<string>()
    for (const id of ['a', 'b', 'c', 'd']) {
      push(lanes, id, 2)
      lanes.next()?.takesLong(false)
    }
    expect(lanes.next()).toBeUndefined()
    push(lanes, 'e', 3)
    expect(keysOf(startAll(lanes))).toEqual(['e0', 'e1'])
  })

  it('is as any other when that key has ended, and then another quickly', ({ expect }) => {
    const lanes = new FairLanes<string>()
    push(lanes, 'a', 5)
    const [slow, quick] = startAll(lanes)
    slow?.takesLong(true)
    quick?.release()
    slow?.release()
    push(lanes, 'b', 1)
    const [first, second] = startAll(lanes)
    expect([first?.key, second?.key]).toEqual(['b0', 'a2'])
    second?.release()
    push(lanes, 'c', 1)
    expect(keysOf(startAll(lanes))).toEqual(['a4', 'c0'])
  })
})

describe('a group that is known', () => {
  it.for<readonly [string, (first: Started<string> | undefined) => void, string]>([
    ['to end well comes in its turn, also after a key that took long', slowly(true), 'a1'],
    ['to end badly comes after others, also after a key that was quick', quickly(false), 'b0'],
  ])('%s', ([, end, want], { expect }) => {
    expect(firstAfter(end)).toBe(want)
  })

  it('to end badly before its first key comes after others', ({ expect }) => {
    const lanes = new FairLanes<string>()
    lanes.push('a', [
      { id: 'kind', limit: 6, spareBelow: 4 },
      { ...group('a'), isProven: false },
    ])
    push(lanes, 'b', 1)
    expect(lanes.next()?.key).toBe('b0')
  })
})

describe('a limit that changes', () => {
  const narrow = [{ ...group('kind', 6), spareBelow: 4 }, group('a', 1)]

  it('takes effect when a key ends, for keys that waited before', ({ expect }) => {
    const lanes = new FairLanes<string>()
    push(lanes, 'a', 8)
    const running = startAll(lanes)
    expect(running.length).toBeGreaterThan(1)
    for (const { release } of running) release(narrow)
    expect(keysOf(startAll(lanes))).toHaveLength(1)
  })

  it('takes effect when a key comes to wait', ({ expect }) => {
    const lanes = new FairLanes<string>()
    push(lanes, 'a', 8)
    lanes.push('a8', narrow)
    expect(keysOf(startAll(lanes))).toEqual(['a0'])
  })
})
