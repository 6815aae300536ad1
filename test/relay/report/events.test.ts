import { ok, type Result } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import { MAX_TRIES } from '../../../relay/src/report/events.ts'
import { MAX_WAITING_OF_GROUP } from '../../../relay/src/report/waiting-events.ts'
import { settle } from '../queue/fake-clock.ts'
import { anEvent, answers, aRecorder, failed, untilAborted } from './recorder.ts'

describe('record', () => {
  it('writes events one after the other, as this relay', async ({ expect }) => {
    const { recorder, tries, events } = aRecorder(answers())
    recorder.record(anEvent('one'))
    recorder.record(anEvent('two'))
    expect(tries).toEqual(['0 one'])
    await settle()
    expect(tries).toEqual(['0 one', '0 two'])
    expect(events[0]).toMatchObject({
      metadata: { namespace: 'ns' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'edge-issuer.dev/relay',
      reportingInstance: 'relay-0',
      regarding: { name: 'rex' },
    })
  })

  it('begins again after it had nothing to do', async ({ expect }) => {
    const { recorder, tries } = aRecorder(answers())
    recorder.record(anEvent('one'))
    await settle()
    recorder.record(anEvent('two'))
    await settle()
    expect(tries).toEqual(['0 one', '0 two'])
  })

  it.for([['unavailable'], ['throttled']] as const)(
    'tries again, ever later, while the API server is %s',
    async ([kind], { expect }) => {
      const { recorder, clock, tries, log } = aRecorder(
        answers(failed(kind), failed(kind), failed(kind)),
      )
      recorder.record(anEvent('one'))
      await clock.advance(10_000)
      expect(tries).toEqual(['0 one', '500 one', '1500 one', '3500 one'])
      expect(log.lines).toEqual([])
    },
  )

  it('waits as long as the server asks', async ({ expect }) => {
    const { recorder, clock, tries } = aRecorder(
      answers(failed('throttled', { retryAfterMs: 4_000 })),
    )
    recorder.record(anEvent('one'))
    await clock.advance(10_000)
    expect(tries).toEqual(['0 one', '5000 one'])
  })

  it('gives an event up after twelve tries, and goes on with the next', async ({ expect }) => {
    const faults = Array.from({ length: MAX_TRIES }, () => failed('unavailable'))
    const { recorder, clock, tries, log } = aRecorder(answers(...faults))
    recorder.record(anEvent('one'))
    recorder.record(anEvent('two'))
    await clock.advance(1_000_000)
    expect(tries.map((line) => line.split(' ')[1])).toEqual([
      ...Array.from({ length: 12 }, () => 'one'),
      'two',
    ])
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'event dropped: it could not be written',
        fields: {
          reason: 'Fed',
          kind: 'Pet',
          namespace: 'ns',
          name: 'rex',
          error: 'it is unavailable',
        },
      },
    ])
  })

  it.for([['forbidden'], ['invalid'], ['not-found'], ['unauthorized']] as const)(
    'does not try again when an event is %s',
    async ([kind], { expect }) => {
      const { recorder, clock, tries, log } = aRecorder(answers(failed(kind)))
      recorder.record(anEvent('one'))
      await clock.advance(1_000_000)
      expect(tries).toEqual(['0 one'])
      expect(log.lines).toMatchObject([{ level: 'warn', fields: { error: `it is ${kind}` } }])
    },
  )

  it('takes a name that is taken for its own', async ({ expect }) => {
    const names = new Set<string>()
    const { recorder, clock, tries, log } = aRecorder(async ({ metadata }) => {
      if (names.has(metadata.name)) return failed('conflict')
      names.add(metadata.name)
      return failed('unavailable')
    })
    recorder.record(anEvent('one'))
    await clock.advance(1_000_000)
    expect(tries).toEqual(['0 one', '500 one'])
    expect(log.lines).toEqual([])
  })

  it('loses none of the first thousand in a burst, counts the others, and logs them once', async ({
    expect,
  }) => {
    const { promise, resolve } = Promise.withResolvers<Result<void, ApiError>>()
    const { recorder, tries, log } = aRecorder(async () => promise)
    for (let event = 0; event < 3_000; event += 1) recorder.record(anEvent(`${event}`))
    // One is being written and does not wait any more.
    const dropped = 3_000 - MAX_WAITING_OF_GROUP - 1
    const warning = {
      level: 'warn',
      message: 'events dropped: too many are pending',
      fields: { reason: 'Fed', namespace: 'ns', waiting: MAX_WAITING_OF_GROUP },
    }
    expect(log.lines).toEqual([warning])
    expect(recorder.dropped).toBe(dropped)
    resolve(ok(undefined))
    await settle()
    expect(tries).toEqual(
      Array.from({ length: MAX_WAITING_OF_GROUP + 1 }, (_, event) => `0 ${String(event)}`),
    )
    expect(log.lines).toEqual([
      warning,
      { level: 'info', message: 'all pending events were written', fields: { dropped } },
    ])
    expect(recorder.dropped).toBe(dropped)
  })

  it('an event that was dropped is written when it happens again', async ({ expect }) => {
    const { promise, resolve } = Promise.withResolvers<Result<void, ApiError>>()
    const { recorder, tries } = aRecorder(async () => promise)
    for (let event = 0; event < MAX_WAITING_OF_GROUP + 2; event += 1) {
      recorder.record(anEvent(`${event}`))
    }
    resolve(ok(undefined))
    await settle()
    recorder.record(anEvent(`${MAX_WAITING_OF_GROUP + 1}`))
    await settle()
    expect(tries.at(-1)).toBe(`0 ${MAX_WAITING_OF_GROUP + 1} x2`)
  })

  it.for([
    { name: 'is being deleted', error: { kind: 'forbidden', status: 403 } },
    { name: 'is gone', error: { kind: 'not-found', status: 404 } },
  ] as const)('is silent about a namespace that $name', async ({ error }, { expect }) => {
    const { recorder, log } = aRecorder(
      answers(failed(error.kind, { ...error, isNamespaceTerminating: true })),
    )
    recorder.record(anEvent('one'))
    await settle()
    expect(log.lines).toMatchObject([
      { level: 'debug', message: 'event dropped: the namespace is being deleted' },
    ])
    expect(recorder.dropped).toBe(0)
  })

  it(
    'never throws and never waits, though nothing is ever written',
    { tags: ['AC-25'] },
    ({ expect }) => {
      const { recorder, tries } = aRecorder(untilAborted)
      for (const note of ['one', 'two', 'three']) recorder.record(anEvent(note))
      expect(tries).toEqual(['0 one'])
      expect(recorder.dropped).toBe(0)
    },
  )
})

describe('stop', () => {
  it('writes what waits, and takes no more', { tags: ['AC-27'] }, async ({ expect }) => {
    const { recorder, tries, clock } = aRecorder(answers())
    recorder.record(anEvent('one'))
    recorder.record(anEvent('two'))
    await recorder.stop(1_000)
    recorder.record(anEvent('three'))
    await settle()
    expect(tries).toEqual(['0 one', '0 two'])
    expect(clock.pendingMs).toEqual([])
  })

  it('does not wait between tries, and gives each event one', async ({ expect }) => {
    const { recorder, clock, tries } = aRecorder(async () => failed('unavailable'))
    recorder.record(anEvent('one'))
    recorder.record(anEvent('two'))
    await clock.advance(100)
    await recorder.stop(1_000)
    expect(tries).toEqual(['0 one', '100 one', '100 two'])
  })

  it('ends at its limit, and says what was not written', async ({ expect }) => {
    const { recorder, clock, log } = aRecorder(untilAborted)
    for (const note of ['one', 'two', 'three']) recorder.record(anEvent(note))
    let isStopped = false
    void recorder.stop(1_000).then(() => (isStopped = true))
    await clock.advance(999)
    expect(isStopped).toBe(false)
    await clock.advance(1)
    expect(isStopped).toBe(true)
    expect(log.lines.map(({ message, fields }) => [message, fields['events']])).toEqual([
      ['events dropped at the end', 2],
      ['event dropped: it could not be written', undefined],
    ])
  })

  it('ends at once when nothing waits', async ({ expect }) => {
    const { recorder, clock } = aRecorder(answers())
    await recorder.stop(1_000)
    expect(clock.pendingMs).toEqual([])
  })
})
