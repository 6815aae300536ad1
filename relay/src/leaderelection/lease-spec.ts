/**
 * The spec of the Lease, and when it may be acquired. Pure.
 *
 * The rules of client-go (tools/leaderelection): a holder keeps the lease as long as it renews it, and other
 * candidates measure that by their own clock, from the moment that they saw it change. Times in the record are
 * informational; clocks of different machines are never compared.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import { microTime } from '../api/time.ts'
import type { Lease, LeaseSpec } from '../kube/ports.ts'

/** client-go's and controller-runtime's default. */
const LEASE_DURATION_SECONDS = 15

/** client-go's value: a released lease needs no protection, but zero is not allowed. */
const RELEASED_DURATION_SECONDS = 1

/** The Lease as last seen, and since when it has looked like this. */
export interface ObservedLease {
  /** `undefined`: there is none. */
  readonly lease: Lease | undefined
  /** On this process's monotonic clock. */
  readonly unchangedSinceMs: number
}

/** @returns The observation after `lease` was seen; a change of only its metadata is not a renewal. */
export function observe(
  before: ObservedLease | undefined,
  lease: Lease | undefined,
  uptimeMs: number,
): ObservedLease {
  const isSame = before !== undefined && isDeepStrictEqual(before.lease?.spec, lease?.spec)
  return { lease, unchangedSinceMs: isSame ? before.unchangedSinceMs : uptimeMs }
}

/** @returns Milliseconds until `identity` may take the lease; 0 when it may now, or has it. */
export function freeInMs(
  { lease, unchangedSinceMs }: ObservedLease,
  identity: string,
  uptimeMs: number,
): number {
  if (lease === undefined) return 0
  const { holderIdentity, leaseDurationSeconds } = lease.spec
  if (holderIdentity === '' || holderIdentity === identity) return 0
  return Math.max(0, unchangedSinceMs + leaseDurationSeconds * 1_000 - uptimeMs)
}

/** @returns The spec with which `identity` acquires or renews the lease. */
export function claimedBy(
  identity: string,
  before: LeaseSpec | undefined,
  nowMs: number,
): LeaseSpec {
  const isKept = before?.holderIdentity === identity
  const now = microTime(nowMs)
  const transitions = before?.leaseTransitions ?? -1
  return {
    holderIdentity: identity,
    leaseDurationSeconds: LEASE_DURATION_SECONDS,
    acquireTime: isKept ? (before.acquireTime ?? now) : now,
    renewTime: now,
    leaseTransitions: isKept ? transitions : transitions + 1,
  }
}

/** @returns The spec that releases the lease, so that other replicas need not wait. */
export function released({ leaseTransitions }: LeaseSpec, nowMs: number): LeaseSpec {
  const now = microTime(nowMs)
  return {
    holderIdentity: '',
    leaseDurationSeconds: RELEASED_DURATION_SECONDS,
    acquireTime: now,
    renewTime: now,
    leaseTransitions,
  }
}
