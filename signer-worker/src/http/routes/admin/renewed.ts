/**
 * Certificates that were renewed in another object of the same ledger: a renewal has another uid, so it may be
 * in another shard.
 *
 * @module
 */
import { ok, type Result } from '@edge-issuer/shared'
import type { RegisteredLedger } from '../../../directory/messages.ts'
import { askLedger } from '../../../ledger/client.ts'
import type { LedgerCertificate, LedgerRefusal } from '../../../ledger/messages.ts'
import { toRfc3339 } from '../../../model/rfc3339.ts'

/** As much of a certificate as is needed here. */
type Listed = Pick<LedgerCertificate, 'issuedAt' | 'lineage'> & {
  readonly issuer: string
  readonly client: string
}

/**
 * Asks each object of a ledger with several once, however many certificates there are. Times are compared by the
 * second: of two in the same second, both stay.
 *
 * @param ledgers - Every selected object.
 * @returns The certificates that are the last of their lineage; or that an object did not answer.
 */
export async function withoutRenewed<Item extends Listed>(
  env: Env,
  ledgers: readonly RegisteredLedger[],
  items: readonly Item[],
): Promise<Result<readonly Item[], LedgerRefusal>> {
  const last = new Map<string, number>()
  const shards = countShards(ledgers)
  for (const ledger of ledgers) {
    if ((shards.get(keyOf(ledger.issuer, ledger.client)) ?? 0) < 2) continue
    const lineages = items.filter((item) => isIn(item, ledger)).map(({ lineage }) => lineage)
    if (lineages.length === 0) continue
    const asked = await askLedger(env, ledger, async (object) => object.lastIssuances(lineages))
    if (!asked.ok) return asked
    for (const [lineage, lastMs] of Object.entries(asked.value)) {
      const key = keyOf(ledger.issuer, ledger.client, lineage)
      last.set(key, Math.max(lastMs, last.get(key) ?? 0))
    }
  }
  return ok(
    items.filter(({ issuer, client, lineage, issuedAt }) => {
      const lastMs = last.get(keyOf(issuer, client, lineage))
      return lastMs === undefined || toRfc3339(lastMs) <= issuedAt
    }),
  )
}

const isIn = ({ issuer, client }: Listed, ledger: RegisteredLedger): boolean =>
  issuer === ledger.issuer && client === ledger.client

/** How many objects each ledger has. */
function countShards(ledgers: readonly RegisteredLedger[]): ReadonlyMap<string, number> {
  const shards = new Map<string, number>()
  for (const { issuer, client } of ledgers) {
    const key = keyOf(issuer, client)
    shards.set(key, (shards.get(key) ?? 0) + 1)
  }
  return shards
}

/** No name has a colon. */
const keyOf = (...names: readonly string[]): string => names.join(':')
