/**
 * The faults that a call can have: those that occur at its server or on the network.
 *
 * @module
 */
import type { Menu, Random, Recipe } from './plan.ts'

/** Faults of calls that end by themselves: enough to affect every request of a run. */
const CALLS = { share: 0.3, horizon: 400 } as const
/** A watch lasts for minutes: each gets a fault, up to a limit. */
const WATCHES = { share: 1, horizon: 25 } as const

const between = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1))

/** Ends of a call that occur on any network. */
const NETWORK: readonly Recipe[] = [
  () => ({ kind: 'drop-request' }),
  () => ({ kind: 'drop-answer' }),
  () => ({ kind: 'half-open' }),
  () => ({ kind: 'cut', afterLines: 0 }),
  () => ({ kind: 'truncate', afterLines: 0 }),
  () => ({ kind: 'garble', afterLines: 0 }),
  () => ({ kind: 'endless' }),
]

/** What comes, but late. */
const SLOWNESS: readonly Recipe[] = [
  (random) => ({ kind: 'delay', ms: between(random, 50, 1_500) }),
  (random) => ({ kind: 'dribble', bytes: between(random, 100, 2_000), everyMs: 20 }),
]
/** Slower than events arrive in a burst, but it catches up. */
const SLOW_STREAM: Recipe = (random) => ({
  kind: 'dribble',
  bytes: between(random, 4_000, 20_000),
  everyMs: 40,
})

/** Error responses of a server, or of a gateway in front of it, to any call. */
const REFUSALS: readonly Recipe[] = [
  (random) => ({ kind: 'refuse', status: 429, retryAfterSeconds: between(random, 1, 2) }),
  () => ({ kind: 'refuse', status: 500 }),
  () => ({ kind: 'refuse', status: 503 }),
  () => ({ kind: 'refuse', status: 504 }),
]

/** The server acts, and the response says that it did not. */
const DENIALS: readonly Recipe[] = [
  () => ({ kind: 'deny', status: 500 }),
  () => ({ kind: 'deny', status: 504 }),
]

/** An HTML page of a proxy in front of the API server. */
const MAINTENANCE: readonly Recipe[] = [
  () => ({ kind: 'refuse', status: 503, retryAfterSeconds: 86_400 }),
  () => ({ kind: 'refuse', status: 404 }),
]
/** A gateway that rejects everyone; an operator has to fix it. */
const FORBIDDEN: Recipe = () => ({ kind: 'refuse', status: 403 })
const GONE: Recipe = () => ({ kind: 'refuse', status: 410 })
const CONFLICT: Recipe = () => ({ kind: 'refuse', status: 409 })

/** Faults of a stream after some valid lines, at most `most`. */
const stream = (most: number): readonly Recipe[] => {
  const afterLines = (random: Random): number => between(random, 0, most)
  return [
    (random) => ({ kind: 'end', afterLines: afterLines(random) }),
    (random) => ({ kind: 'cut', afterLines: afterLines(random) }),
    (random) => ({ kind: 'truncate', afterLines: afterLines(random) }),
    (random) => ({ kind: 'garble', afterLines: afterLines(random) }),
    (random) => ({ kind: 'silence', afterLines: afterLines(random) }),
    (random) => ({ kind: 'repeat', afterLines: afterLines(random), lines: 1 + most }),
    (random) => ({ kind: 'swap', afterLines: afterLines(random) }),
    (random) => ({ kind: 'error-event', afterLines: afterLines(random), status: 410 }),
    (random) => ({ kind: 'error-event', afterLines: afterLines(random), status: 500 }),
    (random) => ({ kind: 'error-event', afterLines: afterLines(random), status: 504 }),
  ]
}

/** Requests change often, other objects rarely. */
const MOST_LINES: Readonly<Record<string, number>> = { 'watch certificaterequests': 60 }
const FEW_LINES = 3

/** Calls to the API server, by {@link apiCallKind}. */
export function apiMenu(kind: string): Menu {
  if (kind.startsWith('watch ')) {
    const streams = stream(MOST_LINES[kind] ?? FEW_LINES)
    return {
      ...WATCHES,
      recipes: [...streams, ...NETWORK, SLOW_STREAM, ...REFUSALS, ...MAINTENANCE, GONE],
    }
  }
  const any = [...NETWORK, ...SLOWNESS, ...REFUSALS, ...MAINTENANCE]
  if (kind.startsWith('list ')) return { ...CALLS, recipes: [...any, GONE] }
  if (kind.startsWith('get ')) return { ...CALLS, recipes: any }
  if (!kind.endsWith('/status')) return { ...CALLS, recipes: [...any, ...DENIALS] }
  return { ...CALLS, recipes: [...any, ...DENIALS, CONFLICT] }
}

/** Calls to the worker. */
export const workerMenu = (): Menu => ({
  ...CALLS,
  recipes: [...NETWORK, ...SLOWNESS, ...REFUSALS, ...DENIALS, FORBIDDEN],
})
