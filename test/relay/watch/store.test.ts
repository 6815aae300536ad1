import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { type Change, Store } from '../../../relay/src/watch/store.ts'

interface Pet {
  readonly owner?: string
}

const aPet = (resourceVersion: string, owner?: string) => ({
  resourceVersion,
  value: owner === undefined ? {} : { owner },
})

const aStore = () => {
  const store = new Store<Pet>({ indexBy: ({ owner }) => owner })
  const changes: Change<Pet>[] = []
  store.onChange((change) => changes.push(change))
  return { store, changes }
}

describe('Store', () => {
  it('reports additions, changes and deletions', ({ expect }) => {
    const { store, changes } = aStore()
    store.put('a', aPet('1', 'ann'))
    store.put('a', aPet('2', 'bob'))
    store.delete('a')
    expect(changes).toEqual([
      { key: 'a', before: undefined, after: { owner: 'ann' } },
      { key: 'a', before: { owner: 'ann' }, after: { owner: 'bob' } },
      { key: 'a', before: { owner: 'bob' }, after: undefined },
    ])
    expect(store.size).toBe(0)
  })

  it('notifies every listener', ({ expect }) => {
    const { store, changes } = aStore()
    const keys: string[] = []
    store.onChange(({ key }) => keys.push(key))
    store.put('a', aPet('1'))
    expect([keys, changes.length]).toEqual([['a'], 1])
  })

  it('reports nothing for a version that it has', ({ expect }) => {
    const { store, changes } = aStore()
    store.put('a', aPet('1', 'ann'))
    store.put('a', aPet('1', 'ann'))
    store.delete('b')
    expect(changes).toHaveLength(1)
  })

  it('has changed before it notifies', ({ expect }) => {
    const { store } = aStore()
    const seen: unknown[] = []
    store.onChange(({ key }) => seen.push([store.get(key), store.keysBy('ann'), store.keys()]))
    store.put('a', aPet('1', 'ann'))
    store.delete('a')
    expect(seen).toEqual([
      [{ owner: 'ann' }, ['a'], ['a']],
      [undefined, [], []],
    ])
  })

  it('finds nothing by an index that it was not given', ({ expect }) => {
    const store = new Store<Pet>()
    store.put('a', aPet('1', 'ann'))
    expect(store.keysBy('ann')).toEqual([])
  })

  it('finds by its index what a search of all objects would find', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      owner: fc.constantFrom('ann', 'bob', undefined, 'gone'),
    })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { store } = aStore()
        const model = new Map<string, string | undefined>()
        for (const [version, { key, owner }] of steps.entries()) {
          if (owner === 'gone') {
            store.delete(key)
            model.delete(key)
          } else {
            store.put(key, aPet(String(version), owner))
            model.set(key, owner)
          }
        }
        const keysOf = (wanted: string): readonly string[] =>
          [...model].filter(([, owner]) => owner === wanted).map(([key]) => key)
        return (
          store.size === model.size &&
          ['ann', 'bob'].every(
            (owner) => store.keysBy(owner).toSorted().join() === keysOf(owner).toSorted().join(),
          )
        )
      }),
    )
  })

  it('beyond its limit it drops objects of the largest namespace, and reports it', ({ expect }) => {
    const store = new Store<string>({ limits: { total: 3, weightOf: () => 1 } })
    const reported: string[] = []
    store.onChange(({ key, after }) => reported.push(`${after === undefined ? '-' : '+'}${key}`))
    const put = (key: string): number => store.put(key, { resourceVersion: '1', value: key })
    expect([put('a/1'), put('a/2'), put('a/3'), put('a/4'), put('b/1')]).toEqual([0, 0, 0, 1, 1])
    expect(store.keys()).toEqual(['a/2', 'a/3', 'b/1'])
    expect(reported).toEqual(['+a/1', '+a/2', '+a/3', '-a/1', '+b/1'])
    expect(store.hasRoom).toBe(false)
    store.delete('a/2')
    expect(store.hasRoom).toBe(true)
  })

  it('drops as many as a heavy one needs, and the heavy one when it grows too much', ({
    expect,
  }) => {
    const store = new Store<number>({ limits: { total: 10, weightOf: (weight) => weight } })
    const put = (key: string, weight: number, version = '1'): number =>
      store.put(key, { resourceVersion: version, value: weight })
    for (const name of ['1', '2', '3', '4', '5']) put(`a/${name}`, 2)
    expect(put('b/1', 4)).toBe(2)
    expect(store.keys()).toEqual(['a/3', 'a/4', 'a/5', 'b/1'])
    expect(put('b/1', 5, '2')).toBe(1)
    expect(store.keys()).toEqual(['a/4', 'a/5', 'b/1'])
    expect(put('b/1', 8, '3')).toBe(1)
    expect(store.keys()).toEqual(['a/4', 'a/5'])
  })
})
