/**
 * What clients did under all issuers, from the indexes.
 *
 * @module
 */
import { type ClientActivity, ok, type Result } from '@edge-issuer/shared'
import { indexOf } from '../../../index/client.ts'
import type { IssuerActivity } from '../../../index/messages.ts'
import type { LedgerRefusal } from '../../../ledger/messages.ts'
import { toRfc3339 } from '../../../model/rfc3339.ts'
import type { AppContext } from '../../context.ts'
import { orIndexUnavailable } from './indexed.ts'
import { selectIssuers } from './select-ledgers.ts'

/** @returns What each of these clients did; or that an index did not respond. */
export async function activityOf(
  c: AppContext,
  clients: readonly string[],
): Promise<Result<ReadonlyMap<string, ClientActivity>, LedgerRefusal>> {
  const issuers = await selectIssuers(c, {})
  if (!issuers.ok) return issuers
  const found = new Map<string, IssuerActivity[]>(clients.map((client) => [client, []]))
  for (const issuer of issuers.value) {
    const asked = await orIndexUnavailable(async () => indexOf(c.env, issuer).activity(clients))
    if (!asked.ok) return asked
    for (const [client, activity] of Object.entries(asked.value)) found.get(client)?.push(activity)
  }
  return ok(new Map([...found].map(([client, activities]) => [client, sum(activities)])))
}

function sum(activities: readonly IssuerActivity[]): ClientActivity {
  const refused: Record<string, number> = {}
  for (const activity of activities) {
    for (const [code, times] of Object.entries(activity.refused)) {
      refused[code] = (refused[code] ?? 0) + times
    }
  }
  const seen = activities.flatMap(({ lastSeenMs }) => lastSeenMs ?? [])
  const ends = activities.flatMap(({ soonestExpirySeconds }) => soonestExpirySeconds ?? [])
  return {
    lastSeenAt: seen.length === 0 ? null : toRfc3339(Math.max(...seen)),
    issuedInDay: activities.reduce((total, { issuedInDay }) => total + issuedInDay, 0),
    issuedInWeek: activities.reduce((total, { issuedInWeek }) => total + issuedInWeek, 0),
    refused,
    soonestExpiry: ends.length === 0 ? null : toRfc3339(Math.min(...ends) * 1000),
  }
}
