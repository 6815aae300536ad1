/**
 * Indexes, brought up to date by the alarms of the ledgers.
 * @module
 */
import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { directoryOf } from '../../../signer-worker/src/directory/client.ts'
import type { LedgerSelection } from '../../../signer-worker/src/directory/messages.ts'

/** Runs the alarms that are set, instead of waiting for them. */
export async function indexLedgers(selection: LedgerSelection): Promise<void> {
  for (const { issuer, client, shard } of await directoryOf(env).listLedgers(selection)) {
    await runDurableObjectAlarm(env.LEDGER.getByName(`v1:${issuer}:${client}:${String(shard)}`))
  }
}
