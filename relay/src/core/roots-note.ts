/**
 * What the Event says when an issuer's trusted roots change: from then on, `ca.crt` of new certificates
 * contains others.
 *
 * @module
 */
import type { IssuerRoot } from '../api/issuer.ts'

/** The API server's limit for an Event's note is 1024 bytes; the rest is in the issuer's status. */
const MAX_LISTED = 4

/**
 * @param before - `undefined` before the first good check, and where an older relay wrote the status.
 * @param after - `undefined` after a check that failed.
 * @returns Which roots came and went; `undefined` when the set is the same or was not known.
 */
export function rootsNote(
  before: readonly IssuerRoot[] | undefined,
  after: readonly IssuerRoot[] | undefined,
): string | undefined {
  if (before === undefined || after === undefined) return undefined
  const added = without(after, before)
  const removed = without(before, after)
  if (added.length + removed.length === 0) return undefined
  return `The trusted roots have changed. Added: ${listed(added)}. Removed: ${listed(removed)}. If the CA's operator did not announce this, ask them before you distribute the new roots.`
}

const without = (roots: readonly IssuerRoot[], others: readonly IssuerRoot[]): readonly string[] =>
  roots
    .filter(({ sha256 }) => !others.some((other) => other.sha256 === sha256))
    .map(({ sha256 }) => sha256)

function listed(fingerprints: readonly string[]): string {
  if (fingerprints.length === 0) return 'none'
  const more = fingerprints.length - MAX_LISTED
  const text = fingerprints.slice(0, MAX_LISTED).join(', ')
  return more > 0 ? `${text} and ${String(more)} more` : text
}
