/** Lanes and keys for tests. */
import { FairLanes, type Group, type Started } from '../../../relay/src/queue/fair-lanes.ts'

export const group = (id: string, limit = 100): Group => ({ id, limit })

const bursting = (id: string): readonly Group[] => [
  { id: 'kind', limit: 6, spareBelow: 4, isFreedEarly: true },
  { id, limit: 2, extra: 5 },
]

/** Adds keys to a group that may exceed its limit. */
export function push(lanes: FairLanes<string>, id: string, count: number): void {
  for (let at = 0; at < count; at += 1) lanes.push(`${id}${String(at)}`, bursting(id))
}

/** Group `a` has ended so many keys quickly, and has more that wait. */
export function bursts(ended: number): FairLanes<string> {
  const lanes = new FairLanes<string>()
  push(lanes, 'a', ended + 10)
  for (let at = 0; at < ended; at += 1) lanes.next()?.release()
  return lanes
}

/** Takes everything that may start now, in order. */
export function startAll<K>(lanes: FairLanes<K>): readonly Started<K>[] {
  const started: Started<K>[] = []
  for (let next = lanes.next(); next !== undefined; next = lanes.next()) started.push(next)
  return started
}

export const keysOf = <K>(started: readonly Started<K>[]): readonly K[] =>
  started.map(({ key }) => key)
