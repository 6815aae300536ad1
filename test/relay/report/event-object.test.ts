import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import {
  type EventDraft,
  eventObject,
  happenedAgain,
} from '../../../relay/src/report/event-object.ts'

const DRAFT: EventDraft = {
  regarding: {
    apiVersion: 'cert-manager.io/v1',
    kind: 'CertificateRequest',
    namespace: 'team-a',
    name: 'web-1',
    uid: 'b1946ac9',
    resourceVersion: '41',
  },
  type: 'Normal',
  reason: 'Issued',
  action: 'Synced',
  note: 'Succeeded signing the CertificateRequest',
}
const ORIGIN = {
  reportingController: 'edge-issuer.dev/relay',
  reportingInstance: 'relay-7d9f',
  nowMs: Date.parse('2026-01-01T00:00:00.120Z'),
}
/** RFC 1123 subdomain, as the API server checks names. */
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/u

const regarding = (part: Partial<EventDraft['regarding']>): EventDraft => ({
  ...DRAFT,
  regarding: { ...DRAFT.regarding, ...part },
})

describe('eventObject', { tags: ['AC-25'] }, () => {
  it('says what, of whom, by whom and when', ({ expect }) => {
    expect(eventObject(DRAFT, ORIGIN)).toEqual({
      metadata: { name: expect.stringMatching(/^web-1\.[0-9a-f]{16}$/u), namespace: 'team-a' },
      eventTime: '2026-01-01T00:00:00.120000Z',
      reportingController: 'edge-issuer.dev/relay',
      reportingInstance: 'relay-7d9f',
      type: 'Normal',
      reason: 'Issued',
      action: 'Synced',
      note: 'Succeeded signing the CertificateRequest',
      regarding: DRAFT.regarding,
    })
  })

  it.for([['absent'], ['empty']] as const)(
    'goes to the namespace default when that of the object is %s',
    ([how], { expect }) => {
      const { namespace: _, ...clusterScoped } = DRAFT.regarding
      const about = how === 'absent' ? clusterScoped : { ...clusterScoped, namespace: '' }
      const event = eventObject({ ...DRAFT, regarding: about }, ORIGIN)
      expect(event.metadata.namespace).toBe('default')
      expect(event.regarding).toEqual(clusterScoped)
    },
  )

  it('gives each event a name of its own', ({ expect }) => {
    const names = Array.from({ length: 100 }, () => eventObject(DRAFT, ORIGIN).metadata.name)
    expect(new Set(names).size).toBe(100)
  })

  it.for([
    ['fits', 'x'.repeat(236), 'x'.repeat(236)],
    ['is cut when it does not', 'x'.repeat(237), 'x'.repeat(236)],
    [
      'is cut to a whole label',
      `${'x'.repeat(230)}.-y-${'z'.repeat(9)}`,
      `${'x'.repeat(230)}.-y-zz`,
    ],
    ['is cut before a dot at the end', `${'x'.repeat(235)}.y`, 'x'.repeat(235)],
    ['is cut before dashes at the end', `${'x'.repeat(230)}------y`, 'x'.repeat(230)],
  ] as const)(
    'has a name that begins with that of the object: it %s',
    ([, name, wanted], { expect }) => {
      const event = eventObject(regarding({ name }), ORIGIN)
      expect(event.metadata.name.slice(0, -17)).toBe(wanted)
      expect(event.metadata.name.length).toBeLessThanOrEqual(253)
    },
  )

  it('has a valid name for every valid name of an object', () => {
    const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?$/u)
    const name = fc
      .array(label, { minLength: 1, maxLength: 8 })
      .map((labels) => labels.join('.').slice(0, 253))
      .filter((text) => SUBDOMAIN.test(text))
    fc.assert(
      fc.property(name, (text) => {
        const { metadata } = eventObject(regarding({ name: text }), ORIGIN)
        return SUBDOMAIN.test(metadata.name) && metadata.name.length <= 253
      }),
    )
  })

  it.for([
    ['1,024 bytes stay', 'x'.repeat(1_024), 'x'.repeat(1_024)],
    ['1,025 bytes are cut', 'x'.repeat(1_025), `${'x'.repeat(1_021)}…`],
    [
      'no character is cut in two',
      `${'x'.repeat(1_020)}ü${'x'.repeat(9)}`,
      `${'x'.repeat(1_020)}…`,
    ],
    ['nor a pair of surrogates', `${'x'.repeat(1_018)}\u{1f511}xxx`, `${'x'.repeat(1_018)}…`],
    ['characters that are not seen', 'a\u202E\u200Bb\r\nc', 'ab c'],
  ] as const)('cuts its note: %s', ([, note, wanted], { expect }) => {
    const event = eventObject({ ...DRAFT, note }, ORIGIN)
    expect(event.note).toBe(wanted)
    expect(Buffer.byteLength(event.note)).toBeLessThanOrEqual(1_024)
  })

  it('cuts the name of its origin at 128 characters', ({ expect }) => {
    const event = eventObject(DRAFT, { ...ORIGIN, reportingInstance: 'x'.repeat(129) })
    expect(event.reportingInstance).toBe('x'.repeat(128))
  })
})

describe('happenedAgain', () => {
  const once = eventObject(DRAFT, ORIGIN)

  it('makes a series of two, and then counts', ({ expect }) => {
    const twice = happenedAgain(once, ORIGIN.nowMs + 1_000)
    expect(twice).toEqual({
      ...once,
      series: { count: 2, lastObservedTime: '2026-01-01T00:00:01.120000Z' },
    })
    expect(happenedAgain(twice, ORIGIN.nowMs + 13_000)).toEqual({
      ...once,
      series: { count: 3, lastObservedTime: '2026-01-01T00:00:13.120000Z' },
    })
  })
})
