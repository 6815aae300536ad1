import { ok, type Result } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import { settle } from '../queue/fake-clock.ts'
import { anEvent, answers, aRecorder, failed } from './recorder.ts'

describe('an event that happens again', () => {
  it('is a series of the first one', async ({ expect }) => {
    const names: string[] = []
    const { recorder, clock, tries } = aRecorder(async ({ metadata, series }) => {
      names.push(`${metadata.namespace}/${metadata.name} ${series?.lastObservedTime}`)
      return ok(undefined)
    })
    for (let seconds = 0; seconds < 13; seconds += 5) {
      recorder.record(anEvent('one'))
      await clock.advance(5_000)
    }
    expect(tries).toEqual(['0 one', '5000 update x2', '10000 update x3'])
    const [first = ''] = names
    const name = first.split(' ')[0]
    expect(names).toEqual([
      `${name} undefined`,
      `${name} 2026-01-01T00:00:05.000000Z`,
      `${name} 2026-01-01T00:00:10.000000Z`,
    ])
  })

  it('is written once for all that came while it waited', async ({ expect }) => {
    const { promise, resolve } = Promise.withResolvers<Result<void, ApiError>>()
    let isFirst = true
    const { recorder, tries } = aRecorder(async () => {
      if (!isFirst) return ok(undefined)
      isFirst = false
      return promise
    })
    recorder.record(anEvent('slow'))
    for (const note of ['one', 'one', 'one', 'slow', 'slow']) recorder.record(anEvent(note))
    resolve(ok(undefined))
    await settle()
    expect(tries).toEqual(['0 slow', '0 one x3', '0 update x3'])
  })

  it('is made again, with its count, when the API server has forgotten it', async ({ expect }) => {
    const { recorder, tries, events } = aRecorder(answers(ok(undefined), failed('not-found')))
    for (const note of ['one', 'one', 'one']) {
      recorder.record(anEvent(note))
      await settle()
    }
    expect(tries).toEqual(['0 one', '0 update x2', '0 one x2', '0 update x3'])
    expect(events[1]?.metadata).toEqual(events[0]?.metadata)
  })

  it('is made when the first one could not be written', async ({ expect }) => {
    const { recorder, tries, log } = aRecorder(answers(failed('forbidden')))
    recorder.record(anEvent('one'))
    await settle()
    recorder.record(anEvent('one'))
    await settle()
    expect(tries).toEqual(['0 one', '0 one x2'])
    expect(log.lines).toHaveLength(1)
    expect(recorder.dropped).toBe(1)
  })

  it('gets its count though the answer to the first write was lost', async ({ expect }) => {
    const { recorder, clock, tries } = aRecorder(answers(failed('unavailable'), failed('conflict')))
    recorder.record(anEvent('one'))
    recorder.record(anEvent('one'))
    await clock.advance(1_000)
    // The second came while the first was being written, and is taken along by its second try.
    expect(tries).toEqual(['0 one', '500 one x2', '500 update x2', '500 update x2'])
  })

  it('is a new one after six minutes', async ({ expect }) => {
    const { recorder, clock, tries } = aRecorder(answers())
    recorder.record(anEvent('one'))
    await clock.advance(359_999)
    recorder.record(anEvent('one'))
    await clock.advance(360_000)
    recorder.record(anEvent('one'))
    await settle()
    expect(tries).toEqual(['0 one', '359999 update x2', '719999 one'])
  })
})
