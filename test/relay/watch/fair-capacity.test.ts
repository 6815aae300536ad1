import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { FairCapacity } from '../../../relay/src/watch/fair-capacity.ts'

/** Admits a key as a store does. @returns How many were left out for it, or with it. */
function put(capacity: FairCapacity, key: string, weight = 1): number {
  for (let dropped = 0; ; dropped += 1) {
    const admission = capacity.admit(key, weight)
    if (admission.kind === 'keep') return dropped
    if (admission.kind === 'omit') return dropped + 1
    capacity.release(admission.key)
  }
}

/** Puts `count` keys of a namespace. @returns How many were left out. */
function fill(capacity: FairCapacity, namespace: string, count: number): number {
  let omitted = 0
  for (let at = 0; at < count; at += 1) omitted += put(capacity, `${namespace}/${String(at)}`)
  return omitted
}

describe('FairCapacity', () => {
  it('keeps everything while there is room', ({ expect }) => {
    const capacity = new FairCapacity(10)
    expect(fill(capacity, 'a', 10)).toBe(0)
    expect(capacity.hasRoom(1)).toBe(false)
    expect(fill(capacity, 'a', 11)).toBe(1)
  })

  it('a namespace with much makes room for one with little, up to as much', ({ expect }) => {
    const capacity = new FairCapacity(10)
    fill(capacity, 'much', 10)
    expect(capacity.admit('little/0', 1)).toEqual({ kind: 'drop', key: 'much/0' })
    expect(fill(capacity, 'little', 5)).toBe(5)
    expect(capacity.admit('little/5', 1)).toEqual({ kind: 'omit' })
    expect(capacity.admit('much/10', 1)).toEqual({ kind: 'omit' })
    expect(capacity.admit('third/0', 1)).toEqual({ kind: 'drop', key: 'much/5' })
  })

  it('also cluster-scoped objects have their share', ({ expect }) => {
    const capacity = new FairCapacity(4)
    fill(capacity, 'many', 4)
    expect(capacity.admit('cluster-issuer', 1)).toEqual({ kind: 'drop', key: 'many/0' })
  })

  it('a key that is admitted again counts once, with its new weight', ({ expect }) => {
    const capacity = new FairCapacity(4)
    put(capacity, 'a/0', 1)
    put(capacity, 'a/0', 3)
    expect(capacity.hasRoom(1)).toBe(true)
    expect(capacity.hasRoom(2)).toBe(false)
  })

  it('what is released makes room, once', ({ expect }) => {
    const capacity = new FairCapacity(2)
    fill(capacity, 'a', 2)
    capacity.release('a/0')
    capacity.release('a/0')
    expect(capacity.hasRoom(1)).toBe(true)
    expect(capacity.hasRoom(2)).toBe(false)
  })

  it('never exceeds the limit, and never takes from who has no more than another', () => {
    const step = fc.record({
      namespace: fc.constantFrom('a', 'b', 'c', 'd'),
      name: fc.nat({ max: 30 }),
      weight: fc.integer({ min: 1, max: 5 }),
      isRelease: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 1, max: 20 }), (steps, limit) => {
        const capacity = new FairCapacity(limit)
        const kept = new Map<string, number>()
        const weightOf = (namespace: string): number =>
          [...kept]
            .filter(([key]) => key.startsWith(`${namespace}/`))
            .reduce((sum, [, weight]) => sum + weight, 0)
        return steps.every(({ namespace, name, weight, isRelease }) => {
          const key = `${namespace}/${String(name)}`
          kept.delete(key)
          if (isRelease) {
            capacity.release(key)
            return true
          }
          for (;;) {
            const admission = capacity.admit(key, weight)
            if (admission.kind === 'keep') kept.set(key, weight)
            if (admission.kind !== 'drop') break
            const [other = ''] = admission.key.split('/')
            if (weightOf(other) <= weightOf(namespace) + weight) return false
            capacity.release(admission.key)
            kept.delete(admission.key)
          }
          return [...kept.values()].reduce((sum, one) => sum + one, 0) <= limit
        })
      }),
    )
  })
})
