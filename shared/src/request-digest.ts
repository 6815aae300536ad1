/**
 * What "the same request" means to the ledger.
 *
 * @module
 */
import type { SignRequest } from './messages.ts'

/**
 * The canonical text of what determines a certificate, for hashing: JSON (RFC 8785 for these types:
 * fixed member order, no white space) of issuer, profile and every field of the request but its
 * origin. The origin says who asked, not what for; its uid is the other half of the ledger's key. A relay that
 * is upgraded adds members to the origin (`createdAt`), and its repeated request is still the same.
 *
 * @param issuer - Name of the issuer in the path.
 */
export function canonicalRequest(issuer: string, request: SignRequest): string {
  const { csr, durationSeconds, isCA, profile, usages } = request
  return JSON.stringify({ csr, durationSeconds, isCA, issuer, profile: profile ?? null, usages })
}
