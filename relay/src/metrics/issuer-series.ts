/**
 * Which issuers have series of their own: a tenant can create Issuers without number, and each series is
 * memory here and in Prometheus. Pure.
 *
 * @module
 */
import type { Issuer } from '../api/issuer.ts'

/** Issuers of one namespace that have series. */
export const MAX_SERIES_PER_NAMESPACE = 100
/** All issuers that have series. */
export const MAX_ISSUER_SERIES = 1_000

/**
 * @returns The issuers that have series: the oldest of each namespace. When there are too many, namespaces
 *   with fewer come first.
 */
export function issuersWithSeries(issuers: readonly Issuer[]): readonly Issuer[] {
  const ranks = new Map<string, number>()
  return issuers
    .toSorted(byAge)
    .map((issuer) => {
      const { namespace } = issuer.metadata
      const rank = ranks.get(namespace) ?? 0
      ranks.set(namespace, rank + 1)
      return { issuer, rank }
    })
    .filter(
      ({ issuer, rank }) => issuer.kind === 'ClusterIssuer' || rank < MAX_SERIES_PER_NAMESPACE,
    )
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, MAX_ISSUER_SERIES)
    .map(({ issuer }) => issuer)
}

const byAge = ({ metadata: a }: Issuer, { metadata: b }: Issuer): number =>
  a.createdMs - b.createdMs || (a.uid < b.uid ? -1 : 1)
