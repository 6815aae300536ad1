/**
 * Whether the clock of this machine can be right, which decides what a restored ledger refuses.
 *
 * @module
 */
import { err, MAX_CLOCK_SKEW_SECONDS, ok, type Result } from '@edge-issuer/shared'
import type { Manifest } from './manifest.ts'

/** @returns The time of a restore, with an allowance for the clocks of clusters, RFC 3339. */
export const restoreTime = (nowMs: number): string =>
  new Date(nowMs + MAX_CLOCK_SKEW_SECONDS * 1000).toISOString()

/**
 * Compares the clock with what has happened.
 *
 * @param lastIssuedAt - Of the data directory, RFC 3339.
 * @returns An error if something happened in the future.
 */
export function checkClock(
  nowMs: number,
  { files, finishedAt }: Manifest,
  lastIssuedAt: string | undefined,
): Result<void, string> {
  const issued = files.flatMap(({ ledger }) => ledger?.lastIssuedAt ?? [])
  const events: readonly (readonly [string, string])[] = [
    ['the backup was finished', finishedAt],
    ...issued.map((at) => ['a certificate in the backup was issued', at] as const),
    ...(lastIssuedAt === undefined
      ? []
      : [['a certificate in the data directory was issued', lastIssuedAt] as const]),
  ]
  const later = events.find(([, at]) => Date.parse(at) > nowMs)
  if (later === undefined) return ok(undefined)
  const [what, at] = later
  return err(
    `the clock of this machine says ${new Date(nowMs).toISOString()}, but ${what} at ${at}; set the clock first: the ledger refuses requests from before the restore, so that a clock that is behind lets it sign twice`,
  )
}
