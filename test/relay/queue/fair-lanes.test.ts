import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { FairLanes, type Group, type Started } from '../../../relay/src/queue/fair-lanes.ts'
import { cases } from '../../support/property.ts'

const group = (id: string, limit = 100): Group => ({ id, limit })

const bursting = (id: string): readonly Group[] => [
  { id: 'kind', limit: 6, extraBelow: 4, isFreedEarly: true },
  { id, limit: 2, extra: 5 },
]

/** Adds keys to a group that may exceed its limit. */
function push(lanes: FairLanes<string>, id: string, count: number): void {
  for (let at = 0; at < count; at += 1) lanes.push(`${id}${String(at)}`, bursting(id))
}

/** Group `a` has ended so many keys quickly, and has more that wait. */
function bursts(ended: number): FairLanes<string> {
  const lanes = new FairLanes<string>()
  push(lanes, 'a', ended + 10)
  for (let at = 0; at < ended; at += 1) lanes.next()?.release()
  return lanes
}

/** Takes everything that may start now, in order. */
function startAll<K>(lanes: FairLanes<K>): readonly Started<K>[] {
  const started: Started<K>[] = []
  for (let next = lanes.next(); next !== undefined; next = lanes.next()) started.push(next)
  return started
}

const keysOf = <K>(started: readonly Started<K>[]): readonly K[] => started.map(({ key }) => key)

describe('FairLanes', () => {
  it.for<{
    readonly name: string
    readonly waiting: readonly (readonly [key: string, groups: readonly Group[]])[]
    readonly want: readonly string[]
  }>([
    {
      name: 'keys of one group start in their order',
      waiting: ['a1', 'a2', 'a3'].map((key) => [key, [group('a')]]),
      want: ['a1', 'a2', 'a3'],
    },
    {
      name: 'groups take turns',
      waiting: ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((key) => [key, [group(key.charAt(0))]]),
      want: ['a1', 'b1', 'c1', 'a2', 'b2', 'a3'],
    },
    {
      name: 'a group with many subgroups has one turn, as one with few',
      waiting: [
        ['a1', [group('a'), group('1')]],
        ['a2', [group('a'), group('2')]],
        ['a3', [group('a'), group('3')]],
        ['b1', [group('b'), group('1')]],
        ['b2', [group('b'), group('1')]],
      ],
      want: ['a1', 'b1', 'a2', 'b2', 'a3'],
    },
    {
      name: 'a group starts no more than its limit',
      waiting: ['a1', 'a2', 'a3', 'b1'].map((key) => [key, [group(key.charAt(0), 2)]]),
      want: ['a1', 'b1', 'a2'],
    },
    {
      name: 'subgroups together start no more than the limit of their group',
      waiting: ['1', '2', '3'].map((id) => [`a${id}`, [group('a', 2), group(id, 1)]]),
      want: ['a1', 'a2'],
    },
    {
      name: 'equal names below different groups are different groups',
      waiting: [
        ['a', [group('a'), group('edge', 1)]],
        ['b', [group('b'), group('edge', 1)]],
      ],
      want: ['a', 'b'],
    },
    {
      name: 'keys without a group have no limit',
      waiting: ['1', '2', '3'].map((key) => [key, []]),
      want: ['1', '2', '3'],
    },
  ])('$name', ({ waiting, want }, { expect }) => {
    const lanes = new FairLanes<string>()
    for (const [key, groups] of waiting) lanes.push(key, groups)
    expect(keysOf(startAll(lanes))).toEqual(want)
    expect(lanes.size).toBe(waiting.length - want.length)
  })

  it('starts the next key of a group when one of it ends', ({ expect }) => {
    const lanes = new FairLanes<string>()
    for (const key of ['a1', 'a2', 'a3']) lanes.push(key, [group('a', 1)])
    const [first] = startAll(lanes)
    expect(first?.key).toBe('a1')
    first?.release()
    expect(keysOf(startAll(lanes))).toEqual(['a2'])
  })

  it('starts a key of another group at once, and behind no more than one of the group that has 5,000', ({
    expect,
  }) => {
    const lanes = new FairLanes<string>()
    for (let at = 0; at < 5_000; at += 1) lanes.push(`hanging-${String(at)}`, [group('a', 4)])
    expect(startAll(lanes)).toHaveLength(4)
    lanes.push('b', [group('b', 4)])
    expect(lanes.next()?.key).toBe('b')
  })

  it('a key that is set aside frees its place where groups say so, and once', ({ expect }) => {
    const lanes = new FairLanes<string>()
    const outer = { ...group('outer', 1), isFreedEarly: true }
    for (const key of ['a1', 'a2', 'b1', 'c1']) lanes.push(key, [outer, group(key.charAt(0), 1)])
    const first = lanes.next()
    expect([first?.key, lanes.next()]).toEqual(['a1', undefined])
    first?.setAside()
    expect(keysOf(startAll(lanes))).toEqual(['b1'])
    first?.release()
    // The place in the outer group was freed before: there is none until b1 ends.
    expect(keysOf(startAll(lanes))).toEqual([])
  })

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

    it('ends with a key that takes long, until that one has ended', ({ expect }) => {
      const lanes = bursts(9)
      const [slow, quick, ...others] = startAll(lanes)
      slow?.setAside()
      for (const { release } of others) release()
      // The slow one and the quick one are at work: that is the limit.
      expect(startAll(lanes)).toEqual([])
      slow?.release()
      expect(startAll(lanes)).toHaveLength(3)
      quick?.release()
      expect(startAll(lanes)).toHaveLength(1)
    })
  })

  it('exceeds no limit, loses no key, and holds back only what a limit holds back', () => {
    const limits: Readonly<Record<string, number>> = { x: 3, y: 2, 'x/1': 1, 'x/2': 2, 'y/1': 2 }
    const step = fc.record({
      op: fc.constantFrom('push', 'next', 'release'),
      path: fc.constantFrom('x/1', 'x/2', 'y/1'),
      at: fc.nat(),
    })
    const groupsOf = (path: string): readonly Group[] => {
      const [outer = '', inner = ''] = path.split('/')
      return [group(outer, limits[outer]), group(inner, limits[path])]
    }
    const isFull = (paths: readonly string[], path: string): boolean => {
      const [outer = ''] = path.split('/')
      const inOuter = paths.filter((one) => one.startsWith(outer)).length
      const inInner = paths.filter((one) => one === path).length
      return inOuter >= (limits[outer] ?? 0) || inInner >= (limits[path] ?? 0)
    }
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const lanes = new FairLanes<{ readonly id: number; readonly path: string }>()
        const waiting = new Map<number, string>()
        const running: Started<{ readonly id: number; readonly path: string }>[] = []
        const start = (): boolean => {
          const paths = running.map(({ key }) => key.path)
          const started = lanes.next()
          if (started === undefined) return [...waiting.values()].every((p) => isFull(paths, p))
          running.push(started)
          return !isFull(paths, started.key.path) && waiting.delete(started.key.id)
        }
        const areGood = steps.every(({ op, path, at }, id) => {
          if (op === 'push') {
            lanes.push({ id, path }, groupsOf(path))
            waiting.set(id, path)
          } else if (op === 'next') return start()
          else if (running.length > 0) running.splice(at % running.length, 1)[0]?.release()
          return lanes.size === waiting.size
        })
        const drain = (): boolean => {
          for (const { release } of running.splice(0)) release()
          return waiting.size === 0 || (start() && drain())
        }
        return areGood && drain() && lanes.next() === undefined
      }),
      cases(500),
    )
  })
})
