import { describe, it } from 'vitest'
import type { ReconcileOutcome } from '../../../relay/src/reconcile/controller.ts'
import { settle } from '../queue/fake-clock.ts'
import { aController, aScript, DEADLINE_MS, untilAborted } from './controlled.ts'

describe('Controller', () => {
  it('reconciles keys that came before the start, each once', async ({ expect }) => {
    const { calls, reconcile } = aScript([])
    const { controller } = aController(reconcile)
    for (const key of ['a', 'b', 'a']) controller.add(key)
    await settle()
    expect(calls).toEqual([])
    controller.start()
    await settle()
    expect(calls).toEqual(['a', 'b'])
  })

  it('leaves a key alone after done', async ({ expect }) => {
    const { calls, reconcile } = aScript([{ kind: 'done' }])
    const { controller, clock } = aController(reconcile)
    controller.start()
    controller.add('a')
    await clock.advance(10_000_000)
    expect(calls).toEqual(['a'])
  })

  it('comes back after the time that was asked for', async ({ expect }) => {
    const { calls, reconcile } = aScript([{ kind: 'requeue-after', afterMs: 60_000 }])
    const { controller, clock } = aController(reconcile)
    controller.start()
    controller.add('a')
    await clock.advance(59_999)
    expect(calls).toHaveLength(1)
    await clock.advance(1)
    expect(calls).toHaveLength(2)
  })

  it(
    'retries with growing delay, and starts over after success',
    { tags: ['AC-10'] },
    async ({ expect }) => {
      const retry = { kind: 'retry', message: 'not yet' } as const
      const at: number[] = []
      const { calls, reconcile } = aScript([
        retry,
        retry,
        { kind: 'requeue-after', afterMs: 1_000 },
        retry,
      ])
      const { controller, clock } = aController(async (key, signal) => {
        at.push(clock.uptimeMs())
        return reconcile(key, signal)
      })
      controller.start()
      controller.add('a')
      await clock.advance(60_000)
      expect(at).toEqual([0, 5_000, 15_000, 16_000, 21_000])
      expect(calls).toHaveLength(5)
    },
  )

  it('starts over after done, too', async ({ expect }) => {
    const retry = { kind: 'retry', message: 'not yet' } as const
    const { calls, reconcile } = aScript([retry, retry, { kind: 'done' }, retry])
    const { controller, clock } = aController(reconcile)
    controller.start()
    controller.add('a')
    await clock.advance(60_000)
    controller.add('a')
    await clock.advance(4_999)
    expect(calls).toHaveLength(4)
    await clock.advance(1)
    expect(calls).toHaveLength(5)
  })

  it('waits at least as long as a retry asks for', { tags: ['AC-10'] }, async ({ expect }) => {
    const { calls, reconcile } = aScript([{ kind: 'retry', message: 'busy', minimumMs: 30_000 }])
    const { controller, clock } = aController(reconcile)
    controller.start()
    controller.add('a')
    await clock.advance(29_999)
    expect(calls).toHaveLength(1)
    await clock.advance(10_000)
    expect(calls).toHaveLength(2)
  })

  it('retries after a throw, and logs it once, with its stack', async ({ expect }) => {
    const { calls, reconcile } = aScript([new Error('a bug'), new Error('a bug')])
    const { controller, clock, log } = aController(reconcile)
    controller.start()
    controller.add('a')
    await clock.advance(60_000)
    expect(calls).toHaveLength(3)
    const errors = log.lines.filter(({ level }) => level === 'error')
    expect(errors).toMatchObject([
      { fields: { key: 'a', error: 'a bug', stack: expect.stringContaining('Error: a bug') } },
    ])
  })

  it.for([
    {
      name: 'another error',
      outcomes: [new Error('one'), new Error('two')],
      want: ['one', 'two'],
    },
    {
      name: 'an error after other failures',
      outcomes: [{ kind: 'retry', message: 'x' } as const, new Error('one')],
      want: ['one'],
    },
    {
      name: 'an error that comes back',
      outcomes: [new Error('one'), { kind: 'retry', message: 'x' } as const, new Error('one')],
      want: ['one', 'one'],
    },
    {
      name: 'an error with another request id only once',
      outcomes: [new Error('a; request id 1'), new Error('a; request id 2')],
      want: ['a; request id 1'],
    },
  ])('logs the stack of $name', async ({ outcomes, want }, { expect }) => {
    const { controller, clock, log } = aController(aScript(outcomes).reconcile)
    controller.start()
    controller.add('a')
    await clock.advance(120_000)
    const errors = log.lines.filter(({ level }) => level === 'error')
    expect(errors).toMatchObject(
      want.map((error) => ({ fields: { error, stack: expect.stringContaining('Error: ') } })),
    )
  })

  it('has a throw reported under a signal that is not spent, and logs when that throws too', async ({
    expect,
  }) => {
    const reported: unknown[] = []
    const { controller, clock, log } = aController(untilAborted, 1, {
      reportThrow: async (key, signal) => {
        reported.push([key, signal.aborted])
        throw new Error('cannot write')
      },
    })
    controller.start()
    controller.add('a')
    await clock.advance(DEADLINE_MS)
    expect(reported).toEqual([['a', false]])
    expect(log.lines.map(({ message }) => message)).toContain(
      'the failed reconcile could not be reported',
    )
  })

  it('reports no reconcile that ends since the relay stops', async ({ expect }) => {
    const reported: string[] = []
    const { controller, clock, heard } = aController(untilAborted, 1, {
      reportThrow: async (key) => {
        reported.push(key)
      },
    })
    controller.start()
    controller.add('a')
    await settle()
    const stopped = controller.stop(0)
    await clock.advance(10)
    await stopped
    expect(reported).toEqual([])
    expect(heard).not.toContain('panicked')
  })

  it('aborts a reconcile at its deadline, and tries again', async ({ expect }) => {
    let calls = 0
    const { controller, clock } = aController(async (key, signal) => {
      calls += 1
      return calls === 1 ? untilAborted(key, signal) : { kind: 'done' }
    })
    controller.start()
    controller.add('a')
    await clock.advance(DEADLINE_MS + 4_999)
    expect(calls).toBe(1)
    await clock.advance(1)
    expect(calls).toBe(2)
  })

  it('works on different keys at once, on one key never', async ({ expect }) => {
    const running = new Map<string, () => void>()
    const { controller } = aController(async (key) => {
      if (running.has(key)) throw new Error('twice at once')
      const { promise, resolve } = Promise.withResolvers<void>()
      running.set(key, resolve)
      await promise
      running.delete(key)
      return { kind: 'done' }
    }, 3)
    controller.start()
    for (const key of ['a', 'b', 'a', 'c', 'd']) controller.add(key)
    await settle()
    expect([...running.keys()]).toEqual(['a', 'b', 'c'])
    controller.add('a')
    running.get('b')?.()
    await settle()
    expect([...running.keys()]).toEqual(['a', 'c', 'd'])
    running.get('a')?.()
    await settle()
    expect([...running.keys()]).toEqual(['c', 'd', 'a'])
  })
})

describe('Controller.stop', { tags: ['AC-27'] }, () => {
  it('lets what runs end, and drops what waits', async ({ expect }) => {
    const calls: string[] = []
    const { promise, resolve } = Promise.withResolvers<ReconcileOutcome>()
    const { controller, clock, log } = aController(async (key) => {
      calls.push(key)
      return promise
    })
    controller.start()
    for (const key of ['a', 'b']) controller.add(key)
    await settle()
    const stopping = controller.stop(5_000)
    resolve({ kind: 'retry', message: 'once more' })
    await stopping
    expect(clock.pendingMs).toEqual([])
    await clock.advance(1_000_000)
    expect(calls).toEqual(['a'])
    expect(log.lines.filter(({ level }) => level !== 'debug')).toEqual([])
  })

  it('aborts what still runs after the grace period, and not before', async ({ expect }) => {
    let isAborted = false
    const { controller, clock } = aController(async (key, signal) => {
      signal.addEventListener('abort', () => (isAborted = true))
      return untilAborted(key, signal)
    })
    controller.start()
    controller.add('a')
    await settle()
    const stopping = controller.stop(500)
    await clock.advance(499)
    expect(isAborted).toBe(false)
    await clock.advance(1)
    await stopping
    expect(isAborted).toBe(true)
  })

  it('does not wait for ever for one that does not heed its signal', async ({ expect }) => {
    const { controller, clock, log } = aController(async () => new Promise(() => undefined))
    controller.start()
    controller.add('a')
    await settle()
    let isStopped = false
    void controller.stop(500).then(() => (isStopped = true))
    await clock.advance(2_499)
    expect(isStopped).toBe(false)
    await clock.advance(1)
    expect(isStopped).toBe(true)
    expect(log.lines.at(-1)?.message).toBe('a reconcile ignores its abort signal')
  })

  it('ends at once when nothing was started', async ({ expect }) => {
    const { controller, clock } = aController(async () => ({ kind: 'done' }))
    await controller.stop(500)
    expect(clock.pendingMs).toEqual([])
  })
})
