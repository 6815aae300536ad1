import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { FairCapacity } from '../../../relay/src/watch/fair-capacity.ts'

/** Admits `count` keys of a namespace. @returns How many were omitted. */
function fill(capacity: FairCapacity, namespace: string, count: number): number {
  let omitted = 0
  for (let at = 0; at < count; at += 1) {
    const { kind } = capacity.admit(`${namespace}/${String(at)}`)
    if (kind === 'omit') omitted += 1
  }
  return omitted
}

describe('FairCapacity', () => {
  it('keeps everything while there is room', ({ expect }) => {
    const capacity = new FairCapacity(10)
    expect(fill(capacity, 'a', 10)).toBe(0)
    expect(capacity.hasRoom).toBe(false)
    expect(fill(capacity, 'a', 11)).toBe(1)
  })

  it('a namespace with many makes room for one with few, up to as many', ({ expect }) => {
    const capacity = new FairCapacity(10)
    fill(capacity, 'many', 1_000)
    expect(fill(capacity, 'few', 4)).toBe(0)
    expect(fill(capacity, 'few', 1_000)).toBe(995)
    expect(capacity.admit('third/0').kind).toBe('replace')
  })

  it('also cluster-scoped objects have their share', ({ expect }) => {
    const capacity = new FairCapacity(4)
    fill(capacity, 'many', 100)
    expect(capacity.admit('cluster-issuer')).toEqual({ kind: 'replace', key: 'many/0' })
  })

  it('a key that is kept stays kept, also when there is no room', ({ expect }) => {
    const capacity = new FairCapacity(2)
    fill(capacity, 'a', 2)
    expect(capacity.admit('a/0')).toEqual({ kind: 'keep' })
  })

  it('what is released makes room, once', ({ expect }) => {
    const capacity = new FairCapacity(2)
    fill(capacity, 'a', 2)
    capacity.release('a/0')
    capacity.release('a/0')
    expect(capacity.hasRoom).toBe(true)
    expect(capacity.admit('a/5')).toEqual({ kind: 'keep' })
    expect(capacity.admit('a/6')).toEqual({ kind: 'omit' })
  })

  it('never exceeds the limit, and never takes from who has no more than another', () => {
    const step = fc.record({
      namespace: fc.constantFrom('a', 'b', 'c', 'd'),
      name: fc.nat({ max: 30 }),
      isRelease: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 1, max: 12 }), (steps, limit) => {
        const capacity = new FairCapacity(limit)
        const kept = new Set<string>()
        const countOf = (namespace: string): number =>
          [...kept].filter((key) => key.startsWith(`${namespace}/`)).length
        return steps.every(({ namespace, name, isRelease }) => {
          const key = `${namespace}/${String(name)}`
          if (isRelease) {
            capacity.release(key)
            kept.delete(key)
            return true
          }
          const before = countOf(namespace)
          const admission = capacity.admit(key)
          let isFair = true
          if (admission.kind === 'replace') {
            const [other = ''] = admission.key.split('/')
            isFair = countOf(other) > before + 1 && kept.delete(admission.key)
          }
          if (admission.kind !== 'omit') kept.add(key)
          return isFair && kept.size <= limit
        })
      }),
    )
  })
})
