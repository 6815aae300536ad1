import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { FairLanes, type Group, type Started } from '../../../relay/src/queue/fair-lanes.ts'
import { cases } from '../../support/property.ts'
import { group, keysOf, startAll } from './lanes.ts'

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
    first?.takesLong(true)
    expect(keysOf(startAll(lanes))).toEqual(['b1'])
    first?.release()
    // The place in the outer group was freed before: there is none until b1 ends.
    expect(keysOf(startAll(lanes))).toEqual([])
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
