import { it } from 'vitest'
import { ReportedMessages } from '../../../relay/src/reconcile/reported-messages.ts'

it('the same is news once, something else is news again', ({ expect }) => {
  const reported = new ReportedMessages()
  const texts = ['down', 'down', 'no route', 'down']
  expect(texts.map((text) => reported.isNews('a', text))).toEqual([true, false, true, true])
})

it('a message about one request is news about another', ({ expect }) => {
  const reported = new ReportedMessages()
  expect(reported.isNews('a', 'down')).toBe(true)
  expect(reported.isNews('b', 'down')).toBe(true)
})

it('is news again to one that was forgotten', ({ expect }) => {
  const reported = new ReportedMessages()
  reported.isNews('a', 'down')
  reported.forget('a')
  expect(reported.isNews('a', 'down')).toBe(true)
})

it('long texts that differ at their end are news', ({ expect }) => {
  const reported = new ReportedMessages()
  const long = 'down '.repeat(1_000)
  const texts = [`${long}a`, `${long}a`, `${long}b`]
  expect(texts.map((text) => reported.isNews('a', text))).toEqual([true, false, true])
})
