import { describe, it } from 'vitest'
import { eventSchema, lastEvents, type RelayEvent } from '../../../cli/src/status/last-events.ts'
import { anEvent } from './a-snapshot.ts'

const LEADING = { leader: 'edge-issuer-relay-7d9f_b7f1c9a0', isLeading: true }
const NOBODY = { leader: null, isLeading: false }
const at = (minute: string, event: RelayEvent): RelayEvent => ({
  ...event,
  eventTime: `2026-01-01T00:${minute}:00.000000Z`,
})

describe('the last Event of an object', () => {
  const one = anEvent('a', 'StatusNotWritten', 'one')
  const other = anEvent('a', 'Issued', 'other')

  it.for([
    { name: 'the later one', events: [at('01', one), at('02', other)], note: 'other' },
    { name: 'in whatever order', events: [at('02', other), at('01', one)], note: 'other' },
    {
      name: 'a series that happened again later',
      events: [
        { ...at('01', one), series: { lastObservedTime: '2026-01-01T00:03:00.000000Z' } },
        at('02', other),
      ],
      note: 'one',
    },
    {
      name: 'not that of another reporter',
      events: [at('01', one), { ...at('02', other), reportingComponent: 'someone.else/relay' }],
      note: 'one',
    },
    {
      name: 'not that of a relay that leads no more',
      events: [at('01', one), { ...at('02', other), reportingInstance: 'edge-issuer-relay-0000' }],
      note: 'one',
    },
    { name: 'not one of another object', events: [one, anEvent('b', 'Issued', 'b')], note: 'one' },
  ])('is $name', ({ events, note }, { expect }) => {
    expect(lastEvents(events, LEADING).get('a')).toMatchObject({ note })
  })

  it('may be that of any relay when none is known to lead', ({ expect }) => {
    const event = { ...one, reportingInstance: 'another' }
    expect(lastEvents([event], NOBODY).get('a')).toMatchObject({ note: 'one' })
  })

  it('may be one without a time, but no later than any other', ({ expect }) => {
    const event = eventSchema.parse({
      involvedObject: { uid: 'a' },
      reason: 'Issued',
      message: 'other',
      reportingComponent: 'edge-issuer.dev/relay',
      reportingInstance: 'edge-issuer-relay-7d9f',
      eventTime: null,
      series: null,
    })
    expect(lastEvents([event], LEADING).get('a')).toMatchObject({ note: 'other' })
    expect(lastEvents([one, event], LEADING).get('a')).toMatchObject({ note: 'one' })
  })
})
