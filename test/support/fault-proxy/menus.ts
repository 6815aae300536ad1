/**
 * Which faults a call can meet: those that its other side, or the way there, can really have.
 *
 * @module
 */
import type { Menu, Random, Recipe } from './plan.ts'

/** Share of the calls that fail. */
const SHARE = 0.3
/** A watch is one call for a whole run: most of them are to meet something. */
const WATCH_SHARE = 0.8

const between = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1))

/** What a lost or slow network does to any call. */
const NETWORK: readonly Recipe[] = [
  () => ({ kind: 'drop-request' }),
  () => ({ kind: 'drop-answer' }),
  () => ({ kind: 'half-open' }),
  () => ({ kind: 'cut', afterLines: 0 }),
  () => ({ kind: 'truncate', afterLines: 0 }),
  () => ({ kind: 'garble', afterLines: 0 }),
  () => ({ kind: 'endless' }),
  (random) => ({ kind: 'delay', ms: between(random, 50, 1_500) }),
  (random) => ({ kind: 'dribble', bytes: between(random, 100, 2_000), everyMs: 20 }),
]

/** What a server in trouble, or a gateway before it, answers to any call. */
const REFUSALS: readonly Recipe[] = [
  (random) => ({ kind: 'refuse', status: 429, retryAfterSeconds: between(random, 1, 2) }),
  () => ({ kind: 'refuse', status: 500 }),
  () => ({ kind: 'refuse', status: 503 }),
  () => ({ kind: 'refuse', status: 504 }),
]

/** The server acts, and the answer says that it did not. */
const DENIALS: readonly Recipe[] = [
  () => ({ kind: 'deny', status: 500 }),
  () => ({ kind: 'deny', status: 504 }),
]

const GONE: Recipe = () => ({ kind: 'refuse', status: 410 })
const CONFLICT: Recipe = () => ({ kind: 'refuse', status: 409 })

/** What happens to a stream that was good for some lines. */
const STREAM: readonly Recipe[] = [
  (random) => ({ kind: 'cut', afterLines: lines(random) }),
  (random) => ({ kind: 'truncate', afterLines: lines(random) }),
  (random) => ({ kind: 'garble', afterLines: lines(random) }),
  (random) => ({ kind: 'silence', afterLines: lines(random) }),
  (random) => ({ kind: 'repeat', afterLines: lines(random) }),
  (random) => ({ kind: 'swap', afterLines: lines(random) }),
  (random) => ({ kind: 'error-event', afterLines: lines(random), status: 410 }),
  (random) => ({ kind: 'error-event', afterLines: lines(random), status: 500 }),
  (random) => ({ kind: 'error-event', afterLines: lines(random), status: 504 }),
]

const lines = (random: Random): number => between(random, 0, 60)

/** Calls to the API server, by {@link apiCallKind}. */
export function apiMenu(kind: string): Menu {
  if (kind.startsWith('watch ')) {
    return { share: WATCH_SHARE, recipes: [...STREAM, ...NETWORK, ...REFUSALS, GONE] }
  }
  if (kind.startsWith('list ')) return { share: SHARE, recipes: [...NETWORK, ...REFUSALS, GONE] }
  if (kind.startsWith('get ')) return { share: SHARE, recipes: [...NETWORK, ...REFUSALS] }
  const writes = [...NETWORK, ...REFUSALS, ...DENIALS]
  return { share: SHARE, recipes: kind.endsWith('/status') ? [...writes, CONFLICT] : writes }
}

/** Calls to the worker. */
export const workerMenu = (): Menu => ({
  share: SHARE,
  recipes: [...NETWORK, ...REFUSALS, ...DENIALS],
})
