/**
 * The way to the ledger: which objects hold a uid, and what a failure of them means.
 *
 * @module
 */
import { err, ok, type Refusal, type Result } from '@edge-issuer/shared'
import type { Client } from '../config/exports.ts'
import { openObject } from '../config/open-object.ts'
import type { LedgerKey, RegisteredLedger } from '../directory/messages.ts'
import type { Ledger } from './ledger.ts'
import type { IssueOutcome, IssueRequest, LedgerRefusal } from './messages.ts'
import { shardForUid } from './shards.ts'

/** Whose ledger. */
export interface LedgerOwner {
  /** Name of the issuer. */
  readonly issuer: string
  readonly client: Pick<Client, 'name' | 'shards' | 'region'>
}

/** The ledger of one client under one issuer. */
export interface LedgerClient {
  issue(request: IssueRequest): Promise<IssueOutcome>
}

/** Opens the ledger in which a client's certificates of an issuer are. */
export type OpenLedger = (env: Env, owner: LedgerOwner) => LedgerClient

const UNAVAILABLE: Refusal = {
  code: 'ledger_unavailable',
  detail: 'the ledger did not respond; retry the same request',
}

/** As above, for the operator of a worker whose disk is full; on Cloudflare an object's database has a limit. */
const FULL: Refusal = {
  code: 'ledger_unavailable',
  detail:
    "the ledger's disk is full, or its database has reached its limit; the operator of the worker must make room; retry the same request",
}

/** SQLite's result code when the disk is full, in the text of the error (sqlite.org/rescode.html#full). */
const SQLITE_FULL = 'SQLITE_FULL'

/** One of the Durable Objects of a ledger. */
const ledgerObject = (
  env: Env,
  { issuer, client, shard }: LedgerKey,
  region?: Client['region'],
): DurableObjectStub<Ledger> =>
  // None of the names can hold a colon (NAME_PATTERN), so no two ledgers share an object.
  openObject(env, env.LEDGER, { name: `v1:${issuer}:${client}:${String(shard)}`, hint: region })

/** Asks one object to show what it has. It must be registered: a question makes an object that there is not. */
export const askLedger = async <T>(
  env: Env,
  ledger: RegisteredLedger,
  question: (object: DurableObjectStub<Ledger>) => Promise<T>,
): Promise<Result<T, LedgerRefusal>> =>
  orUnavailable(async () => ok(await question(ledgerObject(env, ledger))))

/** Opens the Durable Objects. */
export const openLedger: OpenLedger = (env, { issuer, client }) => ({
  issue: async (request) =>
    orUnavailable(async () => {
      const keyOf = (number: number): LedgerKey => ({ issuer, client: client.name, shard: number })
      const { uid } = request.origin
      const { requestDigest, repeatsPerMinute } = request
      const wanted = { uid, requestDigest, repeatsPerMinute }
      const { shard, earlier, shardGeneration } = shardForUid(uid, client.shards)
      for (const home of earlier) {
        const found = await ledgerObject(env, keyOf(home), client.region).lookupAndFence({
          ...wanted,
          shardGeneration,
        })
        if (found !== undefined) return found
      }
      const key = keyOf(shard)
      return ledgerObject(env, key, client.region).issue(request, { ...key, shardGeneration })
    }),
})

/**
 * Overloaded, restarted, out of disk: whatever it was, nothing was released, and the same may be asked
 * again.
 */
async function orUnavailable<T>(
  ask: () => Promise<Result<T, LedgerRefusal>>,
): Promise<Result<T, LedgerRefusal>> {
  try {
    return await ask()
  } catch (error) {
    const reason = String(error)
    return err({ refusals: [reason.includes(SQLITE_FULL) ? FULL : UNAVAILABLE], reason })
  }
}
