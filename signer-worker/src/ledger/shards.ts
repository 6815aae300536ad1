/**
 * Which of a client's Durable Objects holds a uid. A client has as many under each issuer as its entry
 * says last; a uid that was asked for under an earlier number may be in another object.
 *
 * @module
 */
import { hash } from 'node:crypto'

/** Where a uid is. */
export interface ShardPlacement {
  /** The object that issues for it. */
  readonly shard: number
  /** Other objects that may have issued for it before. */
  readonly earlier: readonly number[]
  /** How many numbers of shards there were: an object takes no orders from settings that know fewer. */
  readonly shardGeneration: number
}

/** @param shards - Every number that was used, in order; each a power of two up to 256. */
export function shardForUid(uid: string, shards: readonly number[]): ShardPlacement {
  const shardGeneration = shards.length
  if (shards.every((count) => count === 1)) return { shard: 0, earlier: [], shardGeneration }
  const octet = hash('sha256', uid, 'buffer')[0] ?? 0
  const homes = shards.map((count) => octet & (count - 1))
  const shard = homes.at(-1) ?? 0
  return { shard, earlier: [...new Set(homes)].filter((home) => home !== shard), shardGeneration }
}
