/** How the workers of a controller are shared by groups of keys, and what becomes of slow reconciles. */
import { describe, it } from 'vitest'
import type { ReconcileOutcome } from '../../../relay/src/reconcile/controller.ts'
import { settle } from '../queue/fake-clock.ts'
import { aController, untilAborted } from './controlled.ts'

describe('Controller with groups', () => {
  it('starts the key of another group at once, however many keys of a full group wait', async ({
    expect,
  }) => {
    const started: string[] = []
    const { controller, view } = aController(
      async (key, signal) => {
        started.push(key)
        return key.startsWith('hanging') ? untilAborted(key, signal) : { kind: 'done' }
      },
      5,
      { groupsOf: (key) => [{ id: key.startsWith('hanging') ? 'hanging' : 'good', limit: 4 }] },
    )
    controller.start()
    for (let at = 0; at < 5_000; at += 1) controller.add(`hanging-${String(at)}`)
    await settle()
    controller.add('good')
    await settle()
    expect(started.slice(4)).toEqual(['good'])
    expect(view?.stats()).toMatchObject({ active: 4, depth: 4_996 })
  })

  it('puts another worker in the place of one whose reconcile takes a second', async ({
    expect,
  }) => {
    const started: string[] = []
    const { controller, clock, view } = aController(
      async (key) => {
        started.push(key)
        return new Promise(() => undefined)
      },
      2,
      {
        groupsOf: (key) => [
          { id: 'all', limit: 1, isFreedEarly: true },
          { id: key.charAt(0), limit: 1 },
        ],
      },
    )
    controller.start()
    for (const key of ['a1', 'a2', 'b1']) controller.add(key)
    await clock.advance(999)
    expect(started).toEqual(['a1'])
    await clock.advance(1)
    expect(started).toEqual(['a1', 'b1'])
    await clock.advance(10_000)
    // Its own group does not forget it.
    expect(started).toEqual(['a1', 'b1'])
    expect(view?.stats()).toMatchObject({ active: 2, depth: 1 })
  })

  it('sets no more than eight reconciles aside for each worker, and goes on with as many workers as before', async ({
    expect,
  }) => {
    const running = new Map<string, () => void>()
    const { controller, clock } = aController(async (key) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      running.set(key, resolve)
      await promise
      running.delete(key)
      return { kind: 'done' }
    }, 1)
    controller.start()
    const keys = Array.from({ length: 12 }, (_, at) => `key-${String(at)}`)
    for (const key of keys) controller.add(key)
    await clock.advance(60_000)
    expect(running.size).toBe(9)
    for (const end of running.values()) end()
    await settle()
    expect([...running.keys()]).toEqual(['key-9'])
    running.get('key-9')?.()
    await settle()
    expect([...running.keys()]).toEqual(['key-10'])
  })

  it('drops what a limit cooldowns back', async ({ expect }) => {
    const calls: string[] = []
    const { promise, resolve } = Promise.withResolvers<ReconcileOutcome>()
    const { controller, clock, log } = aController(
      async (key) => {
        calls.push(key)
        return promise
      },
      3,
      { groupsOf: () => [{ id: 'all', limit: 1 }] },
    )
    controller.start()
    for (const key of ['a', 'b', 'c']) controller.add(key)
    await settle()
    const stopping = controller.stop(5_000)
    resolve({ kind: 'done' })
    await stopping
    expect(calls).toEqual(['a'])
    expect(clock.pendingMs).toEqual([])
    expect(log.lines).toEqual([])
  })

  it('waits for reconciles that were set aside, too', async ({ expect }) => {
    const ends: (() => void)[] = []
    const { controller, clock } = aController(async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      ends.push(resolve)
      await promise
      return { kind: 'done' }
    })
    controller.start()
    for (const key of ['a', 'b']) controller.add(key)
    await clock.advance(1_000)
    expect(ends).toHaveLength(2)
    let isStopped = false
    void controller.stop(5_000).then(() => (isStopped = true))
    ends[1]?.()
    await settle()
    expect(isStopped).toBe(false)
    ends[0]?.()
    await settle()
    expect(isStopped).toBe(true)
    expect(clock.pendingMs).toEqual([])
  })
})
