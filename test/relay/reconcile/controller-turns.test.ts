import { setImmediate } from 'node:timers/promises'
import { it } from 'vitest'
import { aController } from './controlled.ts'

it('lets I/O and timers go on between thousands of reconciles that wait for nothing', async ({
  expect,
}) => {
  const KEYS = 5_000
  let reconciled = 0
  const { controller } = aController(async () => {
    reconciled += 1
    return Promise.resolve({ kind: 'done' })
  }, 16)
  for (let at = 0; at < KEYS; at += 1) controller.add(String(at))
  controller.start()
  const seen: number[] = []
  while (reconciled < KEYS) {
    await setImmediate()
    seen.push(reconciled)
  }
  const inOneGo = seen.map((count, at) => count - (seen[at - 1] ?? 0))
  expect(Math.max(...inOneGo)).toBeLessThan(KEYS / 10)
})
