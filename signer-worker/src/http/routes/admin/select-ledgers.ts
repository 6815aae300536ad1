/**
 * Which ledgers a query is about: those that the directory has registered. A ledger is registered before it is
 * first written, so none is missing, and a question makes no object that there is not.
 *
 * @module
 */
import { err, ok, type Refusal, type Result } from '@edge-issuer/shared'
import { askDirectory } from '../../../directory/client.ts'
import type { LedgerSelection, RegisteredLedger } from '../../../directory/messages.ts'
import type { LedgerRefusal } from '../../../ledger/messages.ts'
import type { AppContext } from '../../context.ts'

/**
 * @returns The ledgers, by issuer and then by number; or `query_malformed` for a name that neither the
 *   configuration nor a ledger has.
 */
export async function selectLedgers(
  c: AppContext,
  selection: LedgerSelection,
): Promise<Result<readonly RegisteredLedger[], LedgerRefusal>> {
  const asked = await askDirectory(c.env, async (directory) => directory.listLedgers(selection))
  if (!asked.ok || asked.value.length === 0) return orUnknown(c, selection, asked)
  return ok(asked.value.toSorted(byIssuer))
}

/** The same for the names of the issuers that the ledgers belong to, in order. */
export async function selectIssuers(
  c: AppContext,
  selection: LedgerSelection,
): Promise<Result<readonly string[], LedgerRefusal>> {
  const asked = await askDirectory(c.env, async (directory) => directory.listIssuers(selection))
  return orUnknown(c, selection, asked)
}

/** Ledgers by their numbers, which never change. */
const known = new Map<number, RegisteredLedger>()

/** Maximum of ledgers that an isolate remembers. */
const MAX_KNOWN = 10_000

/** @returns `undefined` for a number that was never allocated. */
export async function findLedger(
  env: Env,
  number: number,
): Promise<Result<RegisteredLedger | undefined, LedgerRefusal>> {
  const remembered = known.get(number)
  if (remembered !== undefined) return ok(remembered)
  const found = await askDirectory(env, async (directory) => directory.findLedger(number))
  if (found.ok && found.value !== undefined) {
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(number, found.value)
  }
  return found
}

/** Numbers are allocated in ascending order, and the directory lists by them. */
const byIssuer = (one: RegisteredLedger, other: RegisteredLedger): number =>
  one.issuer < other.issuer ? -1 : one.issuer > other.issuer ? 1 : one.number - other.number

/** Without ledgers, a name is right only if the directory has such a client, or the configuration such an issuer. */
async function orUnknown<T>(
  c: AppContext,
  { issuer, client }: LedgerSelection,
  asked: Result<readonly T[], LedgerRefusal>,
): Promise<Result<readonly T[], LedgerRefusal>> {
  if (!asked.ok || asked.value.length > 0) return asked
  if (client !== undefined) {
    const found = await askDirectory(c.env, async (directory) => directory.findClient(client))
    if (!found.ok) return found
    if (found.value === undefined) {
      return unknown(`client: there is no client "${client}", and no ledger of one`)
    }
  }
  const config = c.get('config')
  if (issuer !== undefined && !config.issuers.has(issuer) && !config.brokenIssuers.has(issuer)) {
    return unknown(
      client === undefined
        ? `issuer: neither the configuration nor a ledger has an issuer "${issuer}"`
        : `issuer: the configuration has no issuer "${issuer}", and client "${client}" has no ledger of it`,
    )
  }
  return asked
}

const unknown = (detail: string): Result<never, LedgerRefusal> =>
  err({ refusals: [{ code: 'query_malformed', detail } satisfies Refusal] })
