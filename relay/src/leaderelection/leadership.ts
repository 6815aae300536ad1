/**
 * Leader election with a watch of the Lease, so that a release and the last renewal of a crashed leader are seen
 * at once. Without the watch (it may not be permitted) everything happens a little later.
 *
 * @module
 */
import { fieldSelectorOf, LEASE } from '../api/group.ts'
import { parseLease } from '../kube/lease.ts'
import type { Kube } from '../kube/ports.ts'
import { watchObject } from '../watch/object-watch.ts'
import {
  LeaderElector,
  type LeaderElectorEnd,
  type LeaderElectorOptions,
} from './leader-elector.ts'

/** Options of {@link startLeaderElection}. */
export interface LeadershipOptions extends Omit<LeaderElectorOptions, 'leases' | 'ref'> {
  readonly kube: Pick<Kube, 'createLease' | 'getLease' | 'listWatch' | 'updateLease'>
  readonly ref: { readonly namespace: string; readonly name: string }
}

/** A running leader election. */
export interface Leadership {
  /** Settles once: true when this process leads, false when it ended before. */
  readonly acquired: Promise<boolean>
  readonly ended: Promise<LeaderElectorEnd>
  readonly isLeading: () => boolean
}

/** Starts at once; `signal` ends it and releases the lease. */
export function startLeaderElection(options: LeadershipOptions, signal: AbortSignal): Leadership {
  const { kube, ref, clock, random, log } = options
  const election = new LeaderElector({ ...options, leases: kube })
  const watching = new AbortController()
  const watched = watchObject(
    {
      source: kube.listWatch({
        resource: LEASE,
        namespace: ref.namespace,
        fieldSelector: fieldSelectorOf(ref.name),
      }),
      listener: {
        changed: (body) => {
          const lease = body === undefined ? undefined : parseLease(body)
          if (lease === undefined) election.observe(undefined)
          else if (lease.ok) election.observe(lease.value)
        },
      },
      clock,
      random,
      log,
    },
    watching.signal,
  )
  // A leader knows its own lease.
  void election.acquired.then(() => watching.abort())
  const run = async (): Promise<LeaderElectorEnd> => {
    const end = await election.run(signal)
    // A leader that lost the lease must stop at once.
    if (end.kind === 'stopped') await watched
    return end
  }
  return {
    acquired: election.acquired,
    ended: run(),
    isLeading: () => election.isLeading,
  }
}
