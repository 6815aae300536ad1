import { describe, it } from 'vitest'
import { FakeClock } from '../queue/fake-clock.ts'
import {
  aPage,
  aRaw,
  changed,
  failed,
  play,
  reflect,
  ScriptedCollection,
  SILENCE,
} from './fixtures.ts'

describe('a listing', () => {
  it('fills the store, page by page, and a watch goes on from there', async ({ expect }) => {
    const { reflector, store, source, log } = await play([
      [aPage(100, aRaw('a', 1), aRaw('b', 2)), aPage(100, aRaw('c', 3))],
    ])
    expect(store.keys()).toEqual(['a', 'b', 'c'])
    expect(source.calls).toEqual(['0 list', '0 watch 100'])
    expect(reflector.hasSynced).toBe(true)
    expect(await reflector.synced).toBe(true)
    expect(log.lines).toEqual([
      { level: 'info', message: 'synced', fields: { collection: 'pets', objects: 3 } },
    ])
  })

  it('is not complete before its last page', async ({ expect }) => {
    const { reflector, store } = await play([[aPage(100, aRaw('a', 1)), SILENCE]])
    expect(store.keys()).toEqual(['a'])
    expect(reflector.hasSynced).toBe(false)
  })

  it('is begun again from the start when a page fails', async ({ expect }) => {
    const { reflector, store, source, clock } = await play([
      [aPage(100, aRaw('a', 1)), failed('gone')],
      [aPage(200, aRaw('b', 2))],
    ])
    expect([reflector.hasSynced, store.keys()]).toEqual([false, ['a']])
    await clock.advance(1_200)
    expect([reflector.hasSynced, store.keys()]).toEqual([true, ['b']])
    expect(source.calls).toEqual(['0 list', '1200 list', '1200 watch 200'])
  })

  it('is tried again with growing delay', async ({ expect }) => {
    const failures = Array.from({ length: 7 }, () => [failed('unavailable')])
    const { source, clock, log } = await play(failures)
    await clock.advance(120_000)
    expect(source.calls).toEqual([
      '0 list',
      '1200 list',
      '3600 list',
      '8400 list',
      '18000 list',
      '37200 list',
      '67200 list',
      '97200 list',
    ])
    expect(log.lines[0]).toEqual({
      level: 'warn',
      message: 'watch interrupted',
      fields: {
        collection: 'pets',
        error: 'it is unavailable',
        status: undefined,
        next: 'list',
        delayMs: 1_200,
      },
    })
  })

  it('waits as long as the server asks', async ({ expect }) => {
    const { source, clock } = await play([
      [failed('throttled', { retryAfterMs: 6_000 })],
      [aPage(100)],
    ])
    await clock.advance(10_000)
    // The minimum is spread by half of a third.
    expect(source.calls[1]).toBe('7000 list')
  })
})

describe('objects', () => {
  it('that are not ours are ignored, and removed', { tags: ['AC-28'] }, async ({ expect }) => {
    const foreign = { name: 'x', isOurs: false }
    const { store } = await play(
      [[aPage(100, aRaw('a', 1), aRaw('b', 2, foreign))]],
      [[changed('a', 101, foreign), changed('c', 102, foreign), SILENCE]],
    )
    expect(store.keys()).toEqual([])
  })

  it('that are not ours are not checked', async ({ expect }) => {
    const { store, log } = await play([[aPage(100, aRaw('a', 1, { name: 7, isOurs: false }))]])
    expect(store.keys()).toEqual([])
    expect(log.lines.map(({ level }) => level)).toEqual(['info'])
  })

  it('that are invalid are logged and ignored, and removed', async ({ expect }) => {
    const { store, log } = await play(
      [[aPage(100, aRaw('a', 1), aRaw('b', 2, { name: 7 }), aRaw('c', 3))]],
      [[changed('a', 101, null), SILENCE]],
    )
    expect(store.keys()).toEqual(['c'])
    expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { fields: { key: 'b', error: 'not a pet' } },
      { fields: { key: 'a', error: 'not a pet' } },
    ])
  })

  it('whose error quotes a long text are logged in short', async ({ expect }) => {
    const bomb = {
      get name() {
        throw new Error('x'.repeat(100_000))
      },
    }
    const { log } = await play([[aPage(100, aRaw('a', 1, bomb))]])
    expect(log.lines[0]?.message).toBe('object ignored: it is invalid')
    expect(JSON.stringify(log.lines).length).toBeLessThan(1_000)
  })

  it('that make the check throw do not stop the others', async ({ expect }) => {
    const bomb = {
      get name() {
        throw new Error('boom')
      },
    }
    const { store, log } = await play([[aPage(100, aRaw('a', 1, bomb), aRaw('b', 2))]])
    expect(store.keys()).toEqual(['b'])
    expect(log.lines[0]?.fields).toMatchObject({ key: 'a', error: 'Error: boom' })
  })
})

describe('isAlive', () => {
  it('is false once the loop has not turned for five minutes', async ({ expect }) => {
    const { reflector, clock } = await play([[aPage(100)]])
    await clock.advance(299_999)
    expect(reflector.isAlive).toBe(true)
    await clock.advance(1)
    expect(reflector.isAlive).toBe(false)
  })

  it('stays true while a listing comes slowly', async ({ expect }) => {
    const page = aPage(100, aRaw('a', 1))
    const { reflector, clock } = await play([[{ pauseMs: 200_000 }, page, SILENCE]])
    await clock.advance(499_999)
    expect(reflector.isAlive).toBe(true)
    await clock.advance(1)
    expect(reflector.isAlive).toBe(false)
  })

  it('stays true while nothing happens but the end of each watch', async ({ expect }) => {
    const { reflector, clock } = await play(
      [[aPage(100)]],
      Array.from({ length: 10 }, () => [{ pauseMs: 150_000 }]),
    )
    await clock.advance(1_000_000)
    expect(reflector.isAlive).toBe(true)
  })

  it('stays true while the API server is away', async ({ expect }) => {
    const { reflector, clock } = await play(
      Array.from({ length: 100 }, () => [failed('unavailable')]),
    )
    await clock.advance(1_000_000)
    expect(reflector.isAlive).toBe(true)
  })
})

describe('the end', () => {
  it('comes while it watches', async ({ expect }) => {
    const { reflector, running, stop, log } = await play([[aPage(100)]])
    stop()
    await running
    expect(await reflector.synced).toBe(true)
    expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([])
  })

  it('comes while it waits, and settles the wait for the first listing', async ({ expect }) => {
    const { reflector, running, stop, clock } = await play([[failed('unavailable')]])
    stop()
    await running
    expect(await reflector.synced).toBe(false)
    expect(clock.pendingMs).toEqual([])
  })

  it('comes with an error when a listener throws, which is a bug', async ({ expect }) => {
    const clock = new FakeClock()
    const source = new ScriptedCollection(clock, { lists: [[aPage(100, aRaw('a', 1))]] })
    const { reflector, store, running } = reflect(source, clock)
    store.onChange(() => {
      throw new Error('a bug')
    })
    await expect(running).rejects.toThrow('a bug')
    expect(await reflector.synced).toBe(false)
  })
})
