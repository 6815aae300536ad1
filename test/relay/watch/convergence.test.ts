import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { FakeClock } from '../queue/fake-clock.ts'
import { type Fault, FaultyCollection } from './faulty-collection.ts'
import { type Pet, petSchema, reflect } from './fixtures.ts'

const FAULTS: readonly Fault[] = [
  'close',
  'break',
  'compact',
  'expire',
  'refuse',
  'cut-list',
  'bookmark',
  'repeat',
  'go-back',
]

/** Longer than every delay of a reflector. */
const LONG_MS = 300_000

type Step = (collection: FaultyCollection, clock: FakeClock) => void | Promise<void>

const anyKey = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const anyBody = fc.oneof(
  { weight: 4, arbitrary: fc.record({ name: fc.string({ maxLength: 3 }) }) },
  fc.constant({ name: 'foreign', isOurs: false }),
  fc.constant('not a pet'),
)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(anyKey, anyBody).map(
    ([key, body]): Step =>
      (collection) =>
        collection.put(key, body),
  ),
  anyKey.map(
    (key): Step =>
      (collection) =>
        collection.delete(key),
  ),
  fc.constantFrom(...FAULTS).map(
    (fault): Step =>
      (collection) =>
        collection.fail(fault),
  ),
  fc.nat({ max: 3_000 }).map(
    (byMs): Step =>
      async (_collection, clock) =>
        clock.advance(byMs),
  ),
)

/** The pets that are ours and valid, by key. */
function wanted(collection: FaultyCollection): Map<string, Pet> {
  const pets = new Map<string, Pet>()
  for (const [key, { body }] of collection.objects) {
    const pet = petSchema.safeParse(body)
    if (pet.success && pet.data.isOurs) pets.set(key, pet.data)
  }
  return pets
}

describe('Reflector', () => {
  it(
    'ends up with what the server has, whatever happened, and has reported each change',
    { tags: ['AC-19'] },
    async ({ expect }) => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { maxLength: 40 }), async (steps) => {
          const collection = new FaultyCollection()
          const clock = new FakeClock()
          const { reflector, store, running, stop } = reflect(collection, clock)
          const reported = new Map<string, Pet>()
          store.onChange(({ key, before, after }) => {
            expect(before).toEqual(reported.get(key))
            if (after === undefined) reported.delete(key)
            else reported.set(key, after)
          })
          for (const step of steps) await step(collection, clock)
          collection.heal()
          await clock.advance(LONG_MS)
          const found = new Map(store.keys().map((key) => [key, store.get(key)]))
          stop()
          await running
          expect(found).toEqual(wanted(collection))
          expect(reported).toEqual(found)
          expect(reflector.hasSynced).toBe(true)
          expect(clock.pendingMs).toEqual([])
        }),
        { numRuns: 300 },
      )
    },
  )
})
