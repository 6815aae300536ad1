/**
 * Random but repeatable faults: which one the n-th call of a kind gets follows
 * from the seed alone, not from the order of calls of different kinds.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Call } from './call.ts'
import type { Fault } from './fault.ts'

/** Gives numbers in [0, 1). */
export type Random = () => number

/** Makes a fault with random parameters (delay, number of lines). */
export type Recipe = (random: Random) => Fault

/** Faults of calls of a kind. */
export interface Menu {
  /** Share of the calls that fail, from 0 to 1. */
  readonly share: number
  /** Faults to choose from, all equally likely. */
  readonly recipes: readonly Recipe[]
  /** Later calls get no fault, so that a run ends. */
  readonly horizon: number
}

/** Options of {@link faultPlan}. */
export interface FaultPlanOptions {
  readonly seed: number
  readonly menuOf: (kind: string) => Menu
}

/** The fault of a call, if it has one. Pure. */
export type FaultPlan = (call: Pick<Call, 'kind' | 'n'>) => Fault | undefined

/** Makes the plan of a seed. */
export function faultPlan({ seed, menuOf }: FaultPlanOptions): FaultPlan {
  return ({ kind, n }) => {
    const { share, recipes, horizon } = menuOf(kind)
    if (n > horizon) return undefined
    const random = seededRandom(`${String(seed)} ${kind} ${String(n)}`)
    if (random() >= share) return undefined
    return recipes[Math.floor(random() * recipes.length)]?.(random)
  }
}

const UINT32_RANGE = 2 ** 32
const UINT32_BYTES = 4

/** @returns Numbers that follow from `seed` alone: SHA-256 of it and a counter, 32 bits at a time. */
export function seededRandom(seed: string): Random {
  let block = Buffer.alloc(0)
  let blocks = 0
  return () => {
    if (block.length === 0) {
      block = createHash('sha256')
        .update(`${seed} ${String(blocks)}`)
        .digest()
      blocks += 1
    }
    const value = block.readUInt32BE(0) / UINT32_RANGE
    block = block.subarray(UINT32_BYTES)
    return value
  }
}
