import { it } from 'vitest'
import { RecentObjects } from '../../../relay/src/watch/recent-objects.ts'
import { aRequest } from '../../support/kube-objects.ts'

const request = (uid: string, resourceVersion = '1', length = 0): ReturnType<typeof aRequest> =>
  aRequest({ metadata: { uid, resourceVersion }, spec: { request: 'x'.repeat(length) } })

it('gives an object in the version that is asked for, and in no other', ({ expect }) => {
  const recent = new RecentObjects<ReturnType<typeof aRequest>>()
  const first = request('a', '1')
  recent.put(first)
  expect(recent.get(first)).toBe(first)
  expect(recent.get(request('a', '2'))).toBeUndefined()
  recent.put(request('a', '2'))
  expect(recent.get(first)).toBeUndefined()
  expect(recent.size).toBe(1)
  recent.delete('a')
  expect(recent.size).toBe(0)
})

it('of many objects it keeps the newest, up to 4 MiB', ({ expect }) => {
  const recent = new RecentObjects<ReturnType<typeof aRequest>>()
  for (let at = 0; at < 1_000; at += 1) recent.put(request(String(at), '1', 10_000))
  expect(recent.size).toBeGreaterThan(300)
  expect(recent.size).toBeLessThan(420)
  expect(recent.get(request('999'))).toBeDefined()
  expect(recent.get(request('0'))).toBeUndefined()
})

it('does not keep a very large one, nor an older version of it', ({ expect }) => {
  const recent = new RecentObjects<ReturnType<typeof aRequest>>()
  recent.put(request('a', '1'))
  recent.put(request('a', '2', 100_000))
  expect(recent.size).toBe(0)
})
