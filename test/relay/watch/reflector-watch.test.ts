import { describe, it } from 'vitest'
import { aPage, aRaw, bookmark, changed, deleted, failed, play, SILENCE } from './fixtures.ts'

describe('a watch', () => {
  it('changes the store', async ({ expect }) => {
    const { store } = await play(
      [[aPage(100, aRaw('a', 1), aRaw('b', 2))]],
      [[changed('a', 101, { name: 'new' }), deleted('b', 102), changed('c', 103), SILENCE]],
    )
    expect(store.keys()).toEqual(['a', 'c'])
    expect(store.get('a')).toEqual({ name: 'new', isOurs: true })
  })

  it.for([
    ['a change', changed('a', 101), 101],
    ['a deletion', deleted('a', 102), 102],
    ['a bookmark', bookmark(103), 103],
    ['an object that is not ours', changed('a', 104, { name: 'x', isOurs: false }), 104],
    ['an object that is not valid', changed('a', 105, 'nonsense'), 105],
  ] as const)('that ended goes on at once after %s', async ([, event, version], { expect }) => {
    const { source } = await play([[aPage(100)]], [[event]])
    expect(source.calls).toEqual(['0 list', '0 watch 100', `0 watch ${version}`])
  })

  it('that broke goes on where it was, after a while', async ({ expect }) => {
    const { source, clock } = await play(
      [[aPage(100)]],
      [[changed('a', 101), failed('unavailable')]],
    )
    await clock.advance(1_199)
    expect(source.calls).toHaveLength(2)
    await clock.advance(1)
    expect(source.calls).toEqual(['0 list', '0 watch 100', '1200 watch 101'])
  })

  it(
    'that is too old leads to a new listing, which finds the deletions',
    { tags: ['AC-19'] },
    async ({ expect }) => {
      const { reflector, store, source, clock } = await play(
        [[aPage(100, aRaw('a', 1), aRaw('b', 2))], [aPage(200, aRaw('b', 2))]],
        [[failed('gone')]],
      )
      expect([store.keys(), reflector.hasSynced]).toEqual([['a', 'b'], true])
      await clock.advance(1_200)
      expect(store.keys()).toEqual(['b'])
      expect(source.calls).toEqual(['0 list', '0 watch 100', '1200 list', '1200 watch 200'])
    },
  )

  it.for([
    ['a change', changed('a', 102, { name: 'old' })],
    ['a deletion', deleted('a', 102)],
    ['a bookmark', bookmark(102)],
  ] as const)(
    'that goes back with %s is not believed: everything is listed again',
    async ([, late], { expect }) => {
      const { store, source, clock, log } = await play(
        [[aPage(100)], [aPage(200, aRaw('a', 103, { name: 'new' }))]],
        [[changed('a', 103, { name: 'new' }), late, changed('b', 104)]],
      )
      expect(store.get('a')).toEqual({ name: 'new', isOurs: true })
      expect(store.keys()).toEqual(['a'])
      await clock.advance(1_200)
      expect(source.calls).toEqual(['0 list', '0 watch 100', '1200 list', '1200 watch 200'])
      expect(log.lines[1]?.fields).toMatchObject({ error: 'a watch event came out of order' })
    },
  )

  it('that says a thing twice is believed', async ({ expect }) => {
    const { store, source } = await play(
      [[aPage(100)]],
      [[changed('a', 101), changed('a', 101), bookmark(101), deleted('a', 102), deleted('a', 102)]],
    )
    expect(store.keys()).toEqual([])
    expect(source.calls).toEqual(['0 list', '0 watch 100', '0 watch 102'])
  })

  it('that fails twice before its first event leads to a new listing', async ({ expect }) => {
    const { source, clock } = await play(
      [[aPage(100)], [aPage(200)]],
      [[failed('unavailable')], [failed('unavailable')]],
    )
    await clock.advance(10_000)
    expect(source.calls).toEqual([
      '0 list',
      '0 watch 100',
      '1200 watch 100',
      '3600 list',
      '3600 watch 200',
    ])
  })

  it('that is refused for ever slows down, listings and all', async ({ expect }) => {
    const { source, clock } = await play(
      Array.from({ length: 9 }, () => [aPage(100)]),
      Array.from({ length: 20 }, () => [failed('forbidden')]),
    )
    await clock.advance(300_000)
    const lists = source.calls.filter((call) => call.endsWith('list'))
    expect(lists).toEqual([
      '0 list',
      '3600 list',
      '18000 list',
      '67200 list',
      '127200 list',
      '187200 list',
      '247200 list',
    ])
  })

  it('that is closed at once and without an event is an error', async ({ expect }) => {
    const { source, clock, log } = await play([[aPage(100)], [aPage(200)]], [[], []])
    await clock.advance(10_000)
    expect(source.calls).toEqual([
      '0 list',
      '0 watch 100',
      '1200 watch 100',
      '3600 list',
      '3600 watch 200',
    ])
    expect(log.lines[1]?.fields).toMatchObject({ error: 'the watch was closed at once' })
  })

  it('that succeeded resets the backoff', async ({ expect }) => {
    const broken = failed('unavailable')
    const { source, clock } = await play(
      [[aPage(100)]],
      [[broken], [changed('a', 101), broken], [changed('a', 102), broken]],
    )
    await clock.advance(10_000)
    expect(source.calls).toEqual([
      '0 list',
      '0 watch 100',
      '1200 watch 100',
      '2400 watch 101',
      '3600 watch 102',
    ])
  })

  it.for([
    ['had been quiet for a second', 1_000, ['2200 watch 100', '4400 list']],
    ['had just begun', 999, ['2199 watch 100', '5598 list']],
  ] as const)('that breaks and %s', async ([, pauseMs, wanted], { expect }) => {
    const broken = [{ pauseMs }, failed('unavailable')]
    const { source, clock } = await play([[aPage(100)], [aPage(200)]], [broken, broken])
    await clock.advance(10_000)
    expect(source.calls).toEqual(['0 list', '0 watch 100', ...wanted, expect.any(String)])
  })

  it.for([
    ['had been quiet for a second', 1_000, '1000 watch 100'],
    ['had just begun', 999, '2199 watch 100'],
  ] as const)('that is closed in order and %s', async ([, pauseMs, wanted], { expect }) => {
    const { source, clock } = await play([[aPage(100)]], [[{ pauseMs }]])
    await clock.advance(10_000)
    expect(source.calls).toEqual(['0 list', '0 watch 100', wanted])
  })

  it('that was quiet and closed normally is no error for the next one', async ({ expect }) => {
    const { source, clock } = await play(
      [[aPage(100)]],
      [[{ pauseMs: 1_000 }], [failed('unavailable')]],
    )
    await clock.advance(10_000)
    expect(source.calls).toEqual(['0 list', '0 watch 100', '1000 watch 100', '2200 watch 100'])
  })
})
