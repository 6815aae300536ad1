// @module-tag AC-18
/** Three replicas, and all that can happen to them. */
import * as fc from 'fast-check'
import { it } from 'vitest'
import { FakeClock } from '../queue/fake-clock.ts'
import { aCandidate, type Candidate } from './candidate.ts'
import { type Fault, LeaseState } from './memory-leases.ts'

const FAULTS = ['request lost', 'request late', 'answer lost', 'answer slow'] as const

/** One thing that happens to one of three replicas, and how long nothing else does. */
const events = fc.array(
  fc.record({
    what: fc.constantFrom(...FAULTS, 'well' as const, 'kill' as const, 'stop' as const),
    who: fc.integer({ min: 0, max: 2 }),
    afterMs: fc.integer({ min: 1, max: 9_000 }),
  }),
  { maxLength: 40 },
)
const randomNumbers = fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true }))

/** Three replicas; whichever ends is started anew, under another name. */
class Replicas {
  readonly clock = new FakeClock()
  readonly #state = new LeaseState()
  readonly #random: () => number
  readonly #slots: (Candidate | undefined)[] = [undefined, undefined, undefined]
  /** Those that were asked to stop and have not ended yet. */
  readonly #stopping: Candidate[] = []
  #born = 0

  constructor(random: () => number) {
    this.#random = random
  }

  get leaders(): number {
    return [...this.#slots, ...this.#stopping].filter((one) => one?.election.isLeading === true)
      .length
  }

  happen(what: Fault | 'well' | 'kill' | 'stop', who: number): void {
    const one = this.#slots[who]
    if (one === undefined) return
    if (what === 'kill') {
      // Nobody hears of it again, and it does nothing more.
      one.leases.fault = () => 'request lost'
      this.#slots[who] = undefined
    } else if (what === 'stop') {
      one.stop.abort()
      this.#stopping.push(one)
      this.#slots[who] = undefined
    } else {
      one.leases.fault = () => (what === 'well' ? undefined : what)
    }
  }

  /** @returns Whether at no time two were leading. */
  async pass(forMs: number): Promise<boolean> {
    for (let passedMs = 0; passedMs < forMs; passedMs += 250) {
      for (const [who, one] of this.#slots.entries()) {
        if (one === undefined || one.ends.length > 0) this.#slots[who] = this.#start()
      }
      await this.clock.advance(250)
      if (this.leaders > 1) return false
    }
    return true
  }

  #start(): Candidate {
    this.#born += 1
    return aCandidate(`r${String(this.#born)}`, {
      clock: this.clock,
      state: this.#state,
      random: this.#random,
    })
  }
}

it('whatever happens, never do two lead at a time, and in the end one does', async () => {
  await fc.assert(
    fc.asyncProperty(events, randomNumbers, async (script, numbers) => {
      const replicas = new Replicas(() => numbers.next().value)
      for (const { what, who, afterMs } of script) {
        replicas.happen(what, who)
        if (!(await replicas.pass(afterMs))) return false
      }
      for (const who of [0, 1, 2]) replicas.happen('well', who)
      return (await replicas.pass(40_000)) && replicas.leaders === 1
    }),
    { numRuns: 50 },
  )
})
