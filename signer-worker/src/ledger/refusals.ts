/**
 * Refusals of the ledger that say the same each time.
 *
 * @module
 */
import type { Refusal } from '@edge-issuer/shared'

/** A bug: its details are logged, and not sent. */
export const NOT_ISSUED: Refusal = {
  code: 'internal_error',
  detail: 'the worker failed; its log has the reason under the request id',
}

/**
 * During a rollout the caller and this object can have different configurations. A plan for another CA
 * certificate must not be signed.
 */
export const ROLLING_OUT: Refusal = {
  code: 'ledger_unavailable',
  detail:
    'the worker and its ledger run different versions of the configuration, as happens during a ' +
    'rollout; retry the same request',
}

/** The same for the number of shards; permanent if the change was reverted. */
export const OLDER_SHARDS: Refusal = {
  code: 'ledger_unavailable',
  detail:
    "the ledger has used a configuration with more numbers in the client's shards; retry the same " +
    'request when that configuration is rolled out, or restored',
}

export const NONCE_USED = {
  refusals: [
    {
      code: 'credentials_rejected',
      detail: 'the signature was used before; sign each request separately',
    },
  ],
  reason: 'nonce_used',
} as const

export const CONFLICT: Refusal = {
  code: 'idempotency_conflict',
  detail:
    'this uid has a certificate for another certification request, profile, duration or usages; ' +
    'a new request needs a new uid',
}

/** Why a quarantined client gets nothing. */
export const QUARANTINED: Refusal = {
  code: 'client_quarantined',
  detail:
    "the client is quarantined; an admin of the worker can release it, and the worker's audit has the reason",
}

/** The certificate expired long ago; the archive has its record. */
export const ARCHIVED: Refusal = {
  code: 'record_archived',
  detail:
    'already issued, record archived: the certificate of this uid has expired, and its record is in the archive; ' +
    'a new request needs a new uid',
}
