import { ok, type Result } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import { MAX_TRIES, MAX_WAITING_EVENTS } from '../../../relay/src/report/events.ts'
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

  it('lets a thousand events wait, drops the rest, and says how many', async ({ expect }) => {
    const { promise, resolve } = Promise.withResolvers<Result<void, ApiError>>()
    const { recorder, tries, log } = aRecorder(async () => promise)
    // One is being written and does not wait any more.
    for (let event = 0; event < MAX_WAITING_EVENTS + 3; event += 1) {
      recorder.record(anEvent(`${event}`))
    }
    expect(log.lines).toEqual([])
    resolve(ok(undefined))
    await settle()
    expect(tries.at(-1)).toBe('0 1000')
    expect(tries).toHaveLength(1_001)
    expect(log.lines).toEqual([
      { level: 'warn', message: 'events dropped: too many wait', fields: { events: 2 } },
    ])
    expect(recorder.dropped).toBe(2)
  })

  it('never throws and never waits, though nothing is ever written', ({ expect }) => {
    const { recorder, tries } = aRecorder(untilAborted)
    for (const note of ['one', 'two', 'three']) recorder.record(anEvent(note))
    expect(tries).toEqual(['0 one'])
    expect(recorder.dropped).toBe(0)
  })
})

describe('stop', () => {
  it('writes what waits, and takes no more', async ({ expect }) => {
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
