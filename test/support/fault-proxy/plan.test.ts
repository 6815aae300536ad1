import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { describeFault, type Fault } from './fault.ts'
import { apiMenu, workerMenu } from './menus.ts'
import { faultPlan, type Menu, seededRandom } from './plan.ts'

const KINDS = ['list issuers', 'watch issuers', 'get secrets', 'patch issuers/status', 'sign']
const menuOf = (kind: string): Menu => (kind === 'sign' ? workerMenu() : apiMenu(kind))
const anyCall = fc.record({ kind: fc.constantFrom(...KINDS), n: fc.integer({ min: 1, max: 500 }) })

describe('faultPlan', () => {
  it('gives the same fault to the same call of a seed, in whatever order they come', ({
    expect,
  }) => {
    fc.assert(
      fc.property(fc.integer(), fc.array(anyCall), (seed, calls) => {
        const faults = (): Map<string, Fault | undefined> =>
          new Map(
            calls.map((call) => [
              `${call.kind} ${String(call.n)}`,
              faultPlan({ seed, menuOf })(call),
            ]),
          )
        calls.reverse()
        const backwards = faults()
        calls.reverse()
        expect(faults()).toEqual(backwards)
      }),
      { numRuns: 50 },
    )
  })

  it('is another for another seed', ({ expect }) => {
    expect(faultsOf(1, 'sign', 100)).not.toEqual(faultsOf(2, 'sign', 100))
  })

  it.for([
    ['sign', 0.3],
    ['get secrets', 0.3],
    ['watch issuers', 1],
  ] as const)('of %s calls fails a share of %d', ([kind, share], { expect }) => {
    const faults = faultsOf(7, kind, 4_000).filter((fault) => fault !== 'none')
    expect(faults.length / 4_000).toBeCloseTo(share, 1)
  })

  it('serves everything that is on the menu', ({ expect }) => {
    const served = new Set(faultsOf(3, 'watch issuers', 4_000).map((fault) => fault.split(' ')[0]))
    const made = apiMenu('watch issuers').recipes.map((recipe) => recipe(() => 0).kind)
    expect(served).toEqual(new Set(made))
  })

  it('leaves every call after the horizon alone, and no earlier one', ({ expect }) => {
    const always: Menu = { share: 1, horizon: 3, recipes: [() => ({ kind: 'half-open' })] }
    const plan = faultPlan({ seed: 1, menuOf: () => always })
    const met = [1, 2, 3, 4, 400].map((n) => plan({ kind: 'sign', n })?.kind)
    expect(met).toEqual(['half-open', 'half-open', 'half-open', undefined, undefined])
  })
})

describe('the menus', () => {
  it('conflicts meet status writes only; 410 meets lists and watches only', ({ expect }) => {
    const having = (status: number): readonly string[] =>
      [...KINDS, 'create events'].filter((kind) => refusalsOf(kind).has(status))
    expect(having(409)).toEqual(['patch issuers/status'])
    expect(having(410)).toEqual(['list issuers', 'watch issuers'])
    expect(having(429)).toEqual([...KINDS, 'create events'])
  })
})

describe('seededRandom', () => {
  it('gives numbers in [0, 1) that are spread evenly, the same ones again', ({ expect }) => {
    const numbers = Array.from({ length: 10_000 }, seededRandom('x'))
    expect(Array.from({ length: 10_000 }, seededRandom('x'))).toEqual(numbers)
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...numbers)).toBeLessThan(1)
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length
    expect(mean).toBeCloseTo(0.5, 1)
    expect(new Set(numbers).size).toBeGreaterThan(9_900)
  })
})

const endlessMenuOf = (kind: string): Menu => ({ ...menuOf(kind), horizon: Infinity })

const faultsOf = (seed: number, kind: string, count: number): readonly string[] => {
  const plan = faultPlan({ seed, menuOf: endlessMenuOf })
  return Array.from({ length: count }, (_, at) => {
    const fault = plan({ kind, n: at + 1 })
    return fault === undefined ? 'none' : describeFault(fault)
  })
}

/** Statuses that calls of a kind can be refused with. */
const refusalsOf = (kind: string): ReadonlySet<number> =>
  new Set(
    menuOf(kind).recipes.flatMap((recipe) => {
      const fault = recipe(() => 0)
      return fault.kind === 'refuse' ? [fault.status] : []
    }),
  )
