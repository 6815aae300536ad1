/**
 * Whether the configuration's jurisdiction is the one in which the worker's data is.
 *
 * @module
 */
import { err, ok, type Refusal, type Result } from '@edge-issuer/shared'
import type { SignerConfig } from '../config/exports.ts'
import { GENESIS_NAME } from './genesis.ts'

/** Why nothing is served. */
export interface GenesisError {
  readonly refusal: Refusal
  /** For the log. */
  readonly reason: string
}

/**
 * Asks for the genesis record, and makes it at the first start.
 *
 * @returns `worker_misconfigured` for another jurisdiction than the recorded one, or one that this runtime does not
 *   have; `ledger_unavailable` when the record cannot be read.
 */
export async function checkGenesis(
  env: Env,
  { jurisdiction }: Pick<SignerConfig, 'jurisdiction'>,
): Promise<Result<void, GenesisError>> {
  const configured = jurisdiction ?? 'none'
  const genesis = env.GENESIS.getByName(GENESIS_NAME)
  try {
    const recorded = await genesis.recorded()
    const problem =
      recorded === undefined ? whyUnsupported(env, jurisdiction) : whyOther(configured, recorded)
    if (problem !== undefined) return err({ refusal: MISCONFIGURED, reason: problem })
    // Another isolate may have been first, with another configuration.
    const first = recorded ?? (await genesis.record(configured))
    const other = whyOther(configured, first)
    return other === undefined ? ok(undefined) : err({ refusal: MISCONFIGURED, reason: other })
  } catch (error) {
    return err({ refusal: UNAVAILABLE, reason: String(error) })
  }
}

/** @returns What the runtime says against the jurisdiction: workerd alone has none. */
function whyUnsupported(env: Env, jurisdiction: SignerConfig['jurisdiction']): string | undefined {
  try {
    if (jurisdiction !== undefined) env.LEDGER.jurisdiction(jurisdiction)
    return undefined
  } catch (error) {
    return `/jurisdiction: ${String(error)}`
  }
}

const MISCONFIGURED: Refusal = {
  code: 'worker_misconfigured',
  detail:
    "the worker's configuration does not fit its data; the worker's log has the reason under the request id",
}

const UNAVAILABLE: Refusal = {
  code: 'ledger_unavailable',
  detail: 'the genesis record did not respond; retry the same request',
}

const whyOther = (configured: string, recorded: string): string | undefined =>
  configured === recorded
    ? undefined
    : `/jurisdiction: is ${toText(configured)}; this worker was first started with ${toText(recorded)}, and its data is ` +
      'there; an object of the same name in another jurisdiction is another, empty object, so every ledger ' +
      'would be lost from view; restore the configuration, or deploy a new worker for the other jurisdiction'

const toText = (jurisdiction: string): string =>
  jurisdiction === 'none' ? 'not set' : `"${jurisdiction}"`
