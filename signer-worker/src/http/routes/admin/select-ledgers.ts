/**
 * Which ledgers a query is about. Every object is known from the configuration alone: nothing lists Durable
 * Objects by their names.
 *
 * @module
 */
import { err, ok, type Refusal, type Result } from '@edge-issuer/shared'
import type { SignerConfig } from '../../../config/exports.ts'
import { askLedger, type LedgerAddress } from '../../../ledger/client.ts'
import type { LedgerRefusal } from '../../../ledger/messages.ts'
import { allShards } from '../../../ledger/shards.ts'

/** Which ledgers; all when nothing is said. */
export interface LedgerSelection {
  readonly issuer?: string | undefined
  readonly client?: string | undefined
}

/** In the order of the configuration: clients, each with its issuers, each with its shards. */
export const configuredLedgers = ({ clients }: SignerConfig): readonly LedgerAddress[] =>
  clients.flatMap((client) => client.issuers.flatMap((issuer) => ledgerOf(issuer, client)))

const ledgerOf = (
  issuer: string,
  client: SignerConfig['clients'][number],
): readonly LedgerAddress[] =>
  allShards(client.shards).map((shard): LedgerAddress => ({ issuer, client, shard }))

/**
 * A ledger outlives its issuer: with both names an issuer that the configuration has no more, or not for this
 * client, is found as long as the client's entry says how many shards there were.
 *
 * @returns The ledgers; or `query_malformed` for a name that neither the configuration nor a ledger has.
 */
export async function selectLedgers(
  env: Env,
  config: SignerConfig,
  selection: LedgerSelection,
): Promise<Result<readonly LedgerAddress[], LedgerRefusal>> {
  const { issuer, client: clientName } = selection
  const known = configuredLedgers(config).filter((ledger) => isSelected(ledger, selection))
  if (known.length > 0) return ok(known)
  const client = config.clients.find(({ name }) => name === clientName)
  if (clientName !== undefined && client === undefined) return unknownClient(clientName)
  if (issuer === undefined) return ok([])
  const isConfigured = config.issuers.has(issuer) || config.brokenIssuers.has(issuer)
  const ledgers = client === undefined ? [] : ledgerOf(issuer, client)
  if (isConfigured) return ok(ledgers)
  const isUsed = await hasRecords(env, ledgers)
  if (!isUsed.ok) return isUsed
  return isUsed.value ? ok(ledgers) : unknownIssuer(issuer, clientName)
}

/** Whether one of the objects ever issued or refused anything. */
async function hasRecords(
  env: Env,
  ledgers: readonly LedgerAddress[],
): Promise<Result<boolean, LedgerRefusal>> {
  for (const ledger of ledgers) {
    const asked = await askLedger(env, ledger, async (object) => object.counters())
    if (!asked.ok) return asked
    const { issued, refused } = asked.value
    if (issued > 0 || Object.keys(refused).length > 0) return ok(true)
  }
  return ok(false)
}

const isSelected = (ledger: LedgerAddress, { issuer, client }: LedgerSelection): boolean =>
  (issuer === undefined || ledger.issuer === issuer) &&
  (client === undefined || ledger.client.name === client)

const unknown = (detail: string): Result<never, LedgerRefusal> =>
  err({ refusals: [{ code: 'query_malformed', detail } satisfies Refusal] })

const unknownClient = (name: string): Result<never, LedgerRefusal> =>
  unknown(
    `client: the configuration has no readable client "${name}"; to read the ledger of one that was removed, ` +
      'put its entry back with the same shards',
  )

function unknownIssuer(name: string, client: string | undefined): Result<never, LedgerRefusal> {
  return unknown(
    client === undefined
      ? `issuer: the configuration has no issuer "${name}"; if it was removed, name the client as well`
      : `issuer: the configuration has no issuer "${name}", and neither has the ledger of client "${client}"`,
  )
}
