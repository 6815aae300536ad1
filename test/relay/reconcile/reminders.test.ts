import { it } from 'vitest'
import { Reminders } from '../../../relay/src/reconcile/reminders.ts'

const DAY_MS = 86_400_000

it('reminds once a day, for each id', ({ expect }) => {
  const reminders = new Reminders()
  const due = (nowMs: number, id = 'a'): boolean => reminders.isDue(id, nowMs)
  expect([due(0), due(DAY_MS - 1), due(DAY_MS), due(DAY_MS + 1)]).toEqual([
    false,
    false,
    true,
    false,
  ])
  expect(due(2 * DAY_MS, 'b')).toBe(false)
  expect(due(2 * DAY_MS)).toBe(true)
})

it('starts over after forget', ({ expect }) => {
  const reminders = new Reminders()
  reminders.isDue('a', 0)
  reminders.forget('a')
  expect(reminders.isDue('a', DAY_MS)).toBe(false)
})
