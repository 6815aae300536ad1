/**
 * A collection of more objects than are kept.
 *
 * @module
 */
import { it } from 'vitest'
import { aPage, aRaw, bookmark, changed, deleted, failed, play, SILENCE } from './fixtures.ts'

const FULL = aPage(100, aRaw('a', 1), aRaw('b', 2), aRaw('c', 3), aRaw('d', 4))

it('keeps as many as there is room for, is synced all the same, and says so once', async ({
  expect,
}) => {
  const { reflector, store, log } = await play([[FULL]], [[changed('e', 101), SILENCE]], 2)
  expect(store.keys()).toEqual(['a', 'b'])
  expect(reflector.hasSynced).toBe(true)
  expect(reflector.omitted).toBe(3)
  expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([
    {
      level: 'warn',
      message: 'objects ignored: there are too many',
      fields: { collection: 'pets', kept: 2 },
    },
  ])
})

it('lists again when there is room, after a minute at the earliest', async ({ expect }) => {
  const { reflector, store, source, clock } = await play(
    [[FULL], [aPage(200, aRaw('b', 2), aRaw('c', 3))]],
    [
      [
        deleted('a', 101),
        { pauseMs: 59_000 },
        bookmark(102),
        { pauseMs: 2_000 },
        bookmark(103),
        SILENCE,
      ],
    ],
    2,
  )
  await clock.advance(59_500)
  expect(store.keys()).toEqual(['b'])
  expect(source.calls).toEqual(['0 list', '0 watch 100'])
  await clock.advance(10_000)
  expect(store.keys()).toEqual(['b', 'c'])
  expect(reflector.omitted).toBe(0)
  expect(source.calls.slice(2)).toEqual(['62200 list', '62200 watch 200'])
})

it('does not list again while there is no room', async ({ expect }) => {
  const { source, clock } = await play(
    [[FULL]],
    [[{ pauseMs: 90_000 }, changed('a', 101), bookmark(102), SILENCE]],
    2,
  )
  await clock.advance(100_000)
  expect(source.calls).toEqual(['0 list', '0 watch 100'])
})

it('removes objects that a listing no longer has, and no ignored ones', async ({ expect }) => {
  const { store, clock } = await play(
    [[FULL], [aPage(200, aRaw('a', 1), aRaw('d', 4))]],
    [[failed('gone')]],
    2,
  )
  await clock.advance(2_000)
  expect(store.keys()).toEqual(['a'])
})
