import { it } from 'vitest'
import { ConnectionPool } from '../../../relay/src/signer/connection-pool.ts'

interface Pool {
  readonly pool: ConnectionPool<string>
  readonly dropped: string[]
  readonly add: (group: string, count: number, weight?: number) => void
}

/** 12 in all, 4 of a group. Values are named after their group: `a1`, `a2`, … */
function aPool(): Pool {
  const dropped: string[] = []
  const pool = new ConnectionPool<string>({ total: 12, perGroup: 4 }, (value) =>
    dropped.push(value),
  )
  const counts = new Map<string, number>()
  return {
    pool,
    dropped,
    add: (group, count, weight = 1) => {
      for (let added = 0; added < count; added += 1) {
        const at = (counts.get(group) ?? 0) + 1
        counts.set(group, at)
        const value = `${group}${String(at)}`
        pool.set(value, { group, weight, value })
      }
    },
  }
}

it('a group drops what it used least recently, and nothing of others', ({ expect }) => {
  const { pool, dropped, add } = aPool()
  add('b', 1)
  add('a', 4)
  pool.get('a1')
  add('a', 1)
  expect(dropped).toEqual(['a2'])
  add('a', 1_000)
  expect(pool.size).toBe(5)
  expect(pool.get('b1')).toBe('b1')
})

it('when all are full, the group that has most makes room', ({ expect }) => {
  const { pool, dropped, add } = aPool()
  add('a', 4)
  add('b', 4)
  add('c', 3)
  add('d', 2)
  expect(dropped).toEqual(['a1'])
  expect(pool.size).toBe(12)
})

it('many groups do not exceed the total', ({ expect }) => {
  const { pool, add } = aPool()
  for (let at = 0; at < 100; at += 1) add(`group-${String(at)}-`, 4)
  expect(pool.size).toBe(12)
})

it('heavy values count as what they weigh', ({ expect }) => {
  const { pool, dropped, add } = aPool()
  add('a', 2, 2)
  add('a', 1, 3)
  expect(dropped).toEqual(['a1', 'a2'])
  add('a', 1, 50)
  expect(pool.values()).toEqual(['a4'])
  add('b', 1)
  expect(pool.values()).toEqual(['b1'])
})

it('a replaced or deleted entry is reported once; clear reports nothing', ({ expect }) => {
  const { pool, dropped } = aPool()
  pool.set('x', { group: 'a', weight: 1, value: 'first' })
  pool.set('x', { group: 'b', weight: 1, value: 'second' })
  pool.delete('x')
  pool.delete('x')
  expect(dropped).toEqual(['first', 'second'])
  pool.set('x', { group: 'a', weight: 1, value: 'third' })
  pool.clear()
  expect(dropped).toHaveLength(2)
  expect(pool.size).toBe(0)
})
