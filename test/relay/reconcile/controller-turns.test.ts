import { setImmediate } from 'node:timers/promises'
import { it } from 'vitest'
import { aController } from './controlled.ts'

it('lets I/O and timers go on between thousands of reconciles that wait for nothing', async ({
  expect,
}) => {
  const KEYS = 5_000
  const reconciled: string[] = []
  const { controller } = aController(async (key) => {
    reconciled.push(key)
    return Promise.resolve({ kind: 'done' })
  }, 16)
  for (let at = 0; at < KEYS; at += 1) controller.add(String(at))
  controller.start()
  const seen: number[] = []
  while ((seen.at(-1) ?? 0) < KEYS) {
    await setImmediate()
    seen.push(reconciled.length)
  }
  const inOneGo = seen.map((count, at) => count - (seen[at - 1] ?? 0))
  expect(Math.max(...inOneGo)).toBeLessThan(KEYS / 10)
})
