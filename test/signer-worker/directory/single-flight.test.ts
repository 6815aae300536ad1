import { it } from 'vitest'
import { SingleFlight } from '../../../signer-worker/src/directory/single-flight.ts'

it('asks once for requests at one time, and again afterwards', async ({ expect }) => {
  const flights = new SingleFlight<number>(5000)
  let asked = 0
  const ask = async (): Promise<number> => {
    asked += 1
    await scheduler.wait(20)
    return asked
  }
  const first = Promise.all(Array.from({ length: 5 }, async () => flights.run('a', ask)))
  expect(flights.has('a')).toBe(true)
  expect(await flights.run('b', async () => Promise.resolve(-1))).toBe(-1)
  expect(await first).toEqual([1, 1, 1, 1, 1])
  expect(flights.has('a')).toBe(false)
  expect(await flights.run('a', ask)).toBe(2)
})

const fail = async (): Promise<number> => {
  await scheduler.wait(20)
  throw new Error('overloaded')
}

it('gives the error of the question to all', async ({ expect }) => {
  const flights = new SingleFlight<number>(5000)
  const outcomes = await Promise.allSettled([flights.run('a', fail), flights.run('a', fail)])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(flights.has('a')).toBe(false)
})

it('a question without an end is asked again by the request after those that waited', async ({
  expect,
}) => {
  const flights = new SingleFlight<number>(20)
  const { promise, resolve } = Promise.withResolvers<number>()
  const endless = flights.run('a', async () => promise)
  await expect(flights.run('a', async () => Promise.resolve(1))).rejects.toThrow(
    'no response in 20 ms',
  )
  expect(await flights.run('a', async () => Promise.resolve(2))).toBe(2)
  resolve(0)
  expect(await endless).toBe(0)
})
