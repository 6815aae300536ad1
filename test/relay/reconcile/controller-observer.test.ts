import { describe, it } from 'vitest'
import { sleep } from '../../../relay/src/queue/clock.ts'
import { settle } from '../queue/fake-clock.ts'
import { aController, aScript, untilAborted } from './controlled.ts'

describe('the observer', () => {
  it('hears of each key that comes to wait, how long it waited, and what became of it', async ({
    expect,
  }) => {
    const { controller, clock, heard } = aController(async () => {
      await sleep(clock, 300, new AbortController().signal)
      return { kind: 'done' }
    })
    controller.add('a')
    controller.add('a')
    await clock.advance(200)
    controller.start()
    await settle()
    expect(heard).toEqual(['added', 'taken after 200'])
    // Once it is worked on, it may come to wait again.
    await clock.advance(100)
    controller.add('a')
    controller.add('a')
    await clock.advance(1_000)
    expect(heard.slice(2)).toEqual(['added', 'done after 300', 'taken after 200', 'done after 300'])
  })

  it('hears of a throw, of the retry, and of the key that comes back', async ({ expect }) => {
    const { reconcile } = aScript([new Error('a bug')])
    const { controller, clock, heard } = aController(reconcile)
    controller.start()
    controller.add('a')
    await clock.advance(5_000)
    expect(heard).toEqual([
      'added',
      'taken after 0',
      'panicked',
      'retry after 0',
      'added',
      'taken after 0',
      'done after 0',
    ])
  })

  it('can look at what waits and what runs', async ({ expect }) => {
    const { controller, clock, view } = aController(untilAborted, 2)
    controller.start()
    controller.add('a')
    await clock.advance(500)
    for (const key of ['b', 'c', 'd']) controller.add(key)
    await clock.advance(100)
    expect(view).toMatchObject({ name: 'test', workers: 2 })
    expect(view?.stats()).toEqual({ depth: 2, active: 2, unfinishedMs: 700, longestMs: 600 })
  })
})
