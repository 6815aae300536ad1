/**
 * UUIDs that say when they were made (version 7, RFC 9562 §5.7).
 *
 * @module
 */
import { randomUUID } from 'node:crypto'

const PATTERN = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i

/** @returns A new UUID. */
export function uuidV7(nowMs: number): string {
  const time = nowMs.toString(16).padStart(12, '0')
  // Version 4 has its random bits and its variant in the same places.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

/** @returns Epoch ms; `undefined` for any other text. */
export function uuidV7TimeMs(uuid: string): number | undefined {
  const [, high, low] = PATTERN.exec(uuid) ?? []
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16)
}
