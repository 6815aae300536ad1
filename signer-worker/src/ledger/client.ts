/**
 * The way to the ledger: which object holds a uid, and what a failure of it means.
 *
 * @module
 */
import { err, type Refusal, type Result, type SignAnswer } from '@edge-issuer/shared'
import type { IssueRequest } from './messages.ts'

/** An answer of the ledger, or the refusals; `reason` is for the log. */
export type LedgerOutcome = Result<
  SignAnswer,
  { readonly refusals: readonly Refusal[]; readonly reason?: string }
>

/** The ledger of one client under one issuer. */
export interface LedgerClient {
  issue(request: IssueRequest): Promise<LedgerOutcome>
}

/** Opens the ledger in which a client's certificates of an issuer are. */
export type OpenLedger = (
  env: Env,
  of: { readonly issuer: string; readonly client: string },
) => LedgerClient

/** The one shard of each ledger; the name has a place for more. */
const SHARD = 0

const UNAVAILABLE: Refusal = {
  code: 'ledger_unavailable',
  detail: 'the ledger did not answer; the same request can be sent again',
}

/** Opens a Durable Object. */
export const openLedger: OpenLedger = (env, { issuer, client }) => {
  // None of the names can hold a colon (NAME_PATTERN), so no two ledgers share an object.
  const stub = env.LEDGER.getByName(`v1:${issuer}:${client}:${String(SHARD)}`)
  return {
    issue: async (request) => {
      try {
        const outcome = await stub.issue(request)
        return outcome.ok ? outcome : err({ refusals: outcome.error })
      } catch (error) {
        // Overloaded, restarted, out of disk: whatever it was, nothing was released, and the same
        // uid may be asked again.
        return err({ refusals: [UNAVAILABLE], reason: String(error) })
      }
    },
  }
}
