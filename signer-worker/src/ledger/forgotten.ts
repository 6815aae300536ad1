/**
 * The rule about forgotten issuances: a ledger that was restored from an older copy does not know what was
 * issued after the copy was made, and must not sign for the same uid again. Pure.
 *
 * @module
 */
import type { Refusal } from '@edge-issuer/shared'
import { toRfc3339 } from '../model/rfc3339.ts'

/**
 * Checks a uid that the ledger does not know.
 *
 * Requests that were created before the restore, and never signed, are refused as well: the ledger cannot
 * tell them apart.
 *
 * @param createdAt - When the request was created (RFC 3339), as the client says; absent from older relays.
 * @param restoredAtMs - When the ledgers were restored, epoch ms; `undefined` if they never were.
 * @returns Why the uid may have a certificate that the ledger forgot.
 */
export function checkForgotten(
  createdAt: string | undefined,
  restoredAtMs: number | undefined,
): Refusal | undefined {
  if (restoredAtMs === undefined) return undefined
  const restoredAt = toRfc3339(restoredAtMs)
  if (createdAt === undefined) {
    return {
      code: 'issuance_forgotten',
      detail: `the ledger was restored from an older copy at ${restoredAt}, and the request does not say when it was created, so it may have a certificate that the copy does not have; upgrade the relay to one of protocol 1.3 or later, then create a new request (with edge-issuer sign: without --uid)`,
    }
  }
  if (Date.parse(createdAt) >= restoredAtMs) return undefined
  return {
    code: 'issuance_forgotten',
    detail: `the ledger was restored from an older copy at ${restoredAt}, and this request of ${createdAt} may have a certificate that the copy does not have; create a new request: cert-manager does at its next attempt, or at once with cmctl renew`,
  }
}
