import type { Issuer } from '../api/issuer.ts'
import type { Config } from '../config.ts'
import type { OurIssuerRef } from '../core/issuer-ref.ts'
/**
 * How the workers of a controller are shared, so that an issuer whose signing worker does not respond
 * delays its own requests only. Pure.
 *
 * @module
 */
import type { Group } from '../queue/fair-lanes.ts'
import { originOf, type WorkerState } from '../signer/circuit-breaker.ts'

/** How many of a controller's workers each may occupy at once. */
export interface FairShare {
  /** Requests of one issuer. */
  readonly perIssuer: number
  /** Issuers of one namespace, or ClusterIssuers with one worker, together. Infinite where only one namespace is watched. */
  readonly perNamespace: number
  /** All namespaced Issuers together, and all ClusterIssuers together: the rest is for the other kind. */
  readonly perKind: number
  /**
   * While fewer than this of a kind are worked on, an issuer that responds quickly may have `extra` more, as
   * may its namespace, and one with a call that takes long may have another. The rest is for other issuers.
   */
  readonly spareBelow: number
  readonly extra: number
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
 * One in four workers: the share of a namespace, what each kind of issuer has for itself, and what is
 * left to issuers that respond.
 */
const DIVISOR = 4

/**
 * @returns Shares of at least 1. A namespace is never below the limit of an issuer, which an operator may
 *   have raised.
 */
export function fairShare({ workers, perIssuer, isWholeCluster }: FairShareOptions): FairShare {
  const quarter = Math.max(1, Math.floor(workers / DIVISOR))
  const perKind = isWholeCluster ? Math.max(1, workers - quarter) : workers
  const spareBelow = Math.max(1, perKind - quarter)
  return {
    perIssuer,
    perNamespace: isWholeCluster ? Math.max(quarter, perIssuer) : Infinity,
    perKind,
    spareBelow,
    extra: Math.max(0, spareBelow - perIssuer),
  }
}

/** A blocked request costs a status write and an Event: one at a time leaves the API server to the others. */
const BLOCKED_LIMIT = { limit: 1, extra: 0 }

/** @returns The groups of a request for `ref`; none for a request that names none of our issuers. */
export function requestGroups(
  ref: OurIssuerRef | undefined,
  share: FairShare,
  state: WorkerState,
): readonly Group[] {
  if (ref === undefined) return []
  const { extra, spareBelow } = share
  const isProven = state === 'responsive'
  const kind = { id: ref.kind, limit: share.perKind, spareBelow, isFreedEarly: true }
  const issuerLimit = state === 'blocked' ? BLOCKED_LIMIT : { limit: share.perIssuer, extra }
  const issuer = { id: ref.name, ...issuerLimit, isProven }
  return ref.kind === 'ClusterIssuer'
    ? [kind, issuer]
    : [kind, { id: ref.namespace ?? '', limit: share.perNamespace, extra, isProven }, issuer]
}

/**
 * @returns The groups of an issuer that is to be checked: those of a namespace are one group, and so are
 *   ClusterIssuers with the same worker. Each kind has a controller of its own.
 */
export const checkGroups = (
  issuer: Pick<Issuer, 'kind' | 'metadata' | 'spec'> | undefined,
  { perNamespace, perKind, spareBelow }: FairShare,
): readonly Group[] => {
  if (issuer === undefined) return []
  const { kind, metadata, spec } = issuer
  return [
    { id: kind, limit: perKind, spareBelow, isFreedEarly: true },
    { id: kind === 'Issuer' ? metadata.namespace : originOf(spec.url), limit: perNamespace },
  ]
}

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
