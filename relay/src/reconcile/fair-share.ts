import type { Config } from '../config.ts'
import type { OurIssuerRef } from '../core/issuer-ref.ts'
/**
 * How the workers of a controller are shared, so that an issuer whose signing worker does not respond
 * delays its own requests only. Pure.
 *
 * @module
 */
import type { Group } from '../queue/fair-lanes.ts'

/** How many of a controller's workers each may occupy at once. */
export interface FairShare {
  /** Requests of one issuer. */
  readonly perIssuer: number
  /** Issuers of one namespace, together. Infinite where only one namespace is watched. */
  readonly perNamespace: number
  /** All namespaced Issuers together, and all ClusterIssuers together: the rest is for the other kind. */
  readonly perKind: number
  /**
   * An issuer that responds quickly may have this many more, as may its namespace, while
   * fewer than {@link extraBelow} of its kind are worked on.
   */
  readonly extra: number
  readonly extraBelow: number
}

/** What a share follows from. */
export interface FairShareOptions {
  /** Of one controller. */
  readonly workers: number
  readonly perIssuer: number
  /** Whether more than one namespace, and ClusterIssuers, are worked on. */
  readonly isWholeCluster: boolean
}

/**
 * One in four workers: the share of a namespace, what each kind of issuer has for itself, and what bursts
 * leave to the others of their kind.
 */
const DIVISOR = 4

/**
 * @returns Shares of at least 1. A namespace is never below the limit of an issuer, which an operator may
 *   have raised.
 */
export function fairShare({ workers, perIssuer, isWholeCluster }: FairShareOptions): FairShare {
  const quarter = Math.max(1, Math.floor(workers / DIVISOR))
  const perKind = isWholeCluster ? Math.max(1, workers - quarter) : workers
  const extraBelow = Math.max(0, perKind - quarter)
  return {
    perIssuer,
    perNamespace: isWholeCluster ? Math.max(quarter, perIssuer) : Infinity,
    perKind,
    extra: Math.max(0, extraBelow - perIssuer),
    extraBelow,
  }
}

/** @returns The groups of a request for `ref`; none for a request that names none of our issuers. */
export function requestGroups(ref: OurIssuerRef | undefined, share: FairShare): readonly Group[] {
  if (ref === undefined) return []
  const { extra, extraBelow } = share
  const kind = { id: ref.kind, limit: share.perKind, extraBelow, isFreedEarly: true }
  const issuer = { id: ref.name, limit: share.perIssuer, extra }
  return ref.kind === 'ClusterIssuer'
    ? [kind, issuer]
    : [kind, { id: ref.namespace ?? '', limit: share.perNamespace, extra }, issuer]
}

/** @returns The groups of an issuer that is to be checked; each kind has a controller of its own. */
export const checkGroups = (namespace: string | undefined, share: FairShare): readonly Group[] =>
  namespace === undefined ? [] : [{ id: namespace, limit: share.perNamespace }]

/** @returns The shares that a configuration gives. */
export const configuredShare = (
  config: Pick<
    Config,
    'maxConcurrentReconciles' | 'maxConcurrentReconcilesPerIssuer' | 'watchNamespace'
  >,
): FairShare =>
  fairShare({
    workers: config.maxConcurrentReconciles,
    perIssuer: config.maxConcurrentReconcilesPerIssuer,
    isWholeCluster: config.watchNamespace === '',
  })
