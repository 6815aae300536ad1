/**
 * How the workers of a controller are shared, so that an issuer whose signing worker does not respond delays
 * only its own requests. Pure.
 *
 * @module
 */
import type { Issuer } from '../api/issuer.ts'
import type { OurIssuerRef } from '../core/issuer-ref.ts'
import type { Group } from '../queue/fair-lanes.ts'
import { originOf, type WorkerState } from '../signer/circuit-breaker.ts'

/** How many workers of a controller each may occupy at once. */
export interface FairShare {
  /** Requests of one issuer. */
  readonly perIssuer: number
  /** Issuers of one namespace, or ClusterIssuers with one worker, together. Infinite where only one namespace is watched. */
  readonly perNamespace: number
  /** All namespaced Issuers together, and all ClusterIssuers together: the rest is for the other kind. */
  readonly perKind: number
  /**
   * While fewer workers than this are busy with a kind, an issuer that responds quickly may have `extra` more, as
   * may its namespace, and one with a call that takes long may have another. The rest is for other issuers.
   */
  readonly spareBelow: number
  readonly extra: number
}

/** Options of {@link fairShare}. */
export interface FairShareOptions {
  /** Workers of one controller. */
  readonly workers: number
  readonly perIssuer: number
  /** Whether the relay watches all namespaces, and ClusterIssuers. */
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

/** A request behind an open circuit breaker costs a status write and an Event: one at a time spares the API server. */
const BLOCKED_LIMIT = { limit: 1, extra: 0 }

/** @returns The groups of a request for `ref`; no groups for a request of another issuer. */
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
 * @returns The groups of an issuer: those of a namespace are one group, and so are
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

/** The flags that set the shares. */
export interface FairShareFlags {
  readonly maxConcurrentReconciles: number
  readonly maxConcurrentReconcilesPerIssuer: number
  /** Empty for the whole cluster. */
  readonly watchNamespace: string
}

/** @returns The shares that the flags set. */
export const configuredShare = (flags: FairShareFlags): FairShare =>
  fairShare({
    workers: flags.maxConcurrentReconciles,
    perIssuer: flags.maxConcurrentReconcilesPerIssuer,
    isWholeCluster: flags.watchNamespace === '',
  })
