import { it } from 'vitest'
import { ReportedMessages } from '../../../relay/src/reconcile/reported-messages.ts'

it('the same is news once, something else is news again', ({ expect }) => {
  const told = new ReportedMessages()
  const texts = ['down', 'down', 'no route', 'down']
  expect(texts.map((text) => told.isNews('a', text))).toEqual([true, false, true, true])
})

it('a message about one request is news about another', ({ expect }) => {
  const told = new ReportedMessages()
  expect(told.isNews('a', 'down')).toBe(true)
  expect(told.isNews('b', 'down')).toBe(true)
})

it('is news again to one that was forgotten', ({ expect }) => {
  const told = new ReportedMessages()
  told.isNews('a', 'down')
  told.forget('a')
  expect(told.isNews('a', 'down')).toBe(true)
})

it('long texts that differ at their end are news', ({ expect }) => {
  const told = new ReportedMessages()
  const long = 'down '.repeat(1_000)
  const texts = [`${long}a`, `${long}a`, `${long}b`]
  expect(texts.map((text) => told.isNews('a', text))).toEqual([true, false, true])
})
