/**
 * Runs for leader: the election, and beside it a watch of the Lease, so that a release is seen at once
 * and the last renewal of a leader that died when it happened. Without the watch, as where it is not
 * permitted, all goes the same way a little later.
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

/** What a leadership is made of. */
export interface LeadershipOptions extends Omit<LeaderElectorOptions, 'leases' | 'ref'> {
  readonly kube: Pick<Kube, 'createLease' | 'getLease' | 'listWatch' | 'updateLease'>
  readonly ref: { readonly namespace: string; readonly name: string }
}

/** One that runs. */
export interface Leadership {
  /** Settles once: true when this process leads, false when it ended before. */
  readonly acquired: Promise<boolean>
  readonly ended: Promise<LeaderElectorEnd>
  readonly isLeading: () => boolean
}

/** Starts at once; `signal` ends it, and lets the lease go. */
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
    // A leader that lost has no time for anything else.
    if (end.kind === 'stopped') await watched
    return end
  }
  return {
    acquired: election.acquired,
    ended: run(),
    isLeading: () => election.isLeading,
  }
}
