/** One replica that runs for leader, with all that a test looks at. */
import type { LeaseSpec } from '../../../relay/src/kube/ports.ts'
import {
  LeaderElector,
  type LeaderElectorEnd,
} from '../../../relay/src/leaderelection/leader-elector.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { LeaseState, MemoryLeases } from './memory-leases.ts'

export const BY_ANOTHER: LeaseSpec = {
  holderIdentity: 'another',
  leaseDurationSeconds: 15,
  acquireTime: '2026-01-01T00:00:00.000000Z',
  renewTime: '2026-01-01T00:00:00.000000Z',
  leaseTransitions: 0,
}

interface Scene {
  readonly clock: FakeClock
  readonly state: LeaseState
  readonly random: () => number
}

/** A lease that is held by another. */
export const aTakenLease = (): LeaseState => {
  const state = new LeaseState()
  state.write(BY_ANOTHER)
  return state
}

export interface Candidate {
  readonly election: LeaderElector
  readonly leases: MemoryLeases
  readonly clock: FakeClock
  readonly stop: AbortController
  /** How it ended, once it has. */
  readonly ends: readonly LeaderElectorEnd[]
  readonly running: Promise<unknown>
  /** What it logged. */
  readonly messages: () => readonly string[]
}

/** Starts one. */
export const aCandidate = (
  identity: string,
  { clock = new FakeClock(), state = new LeaseState(), random = () => 0 }: Partial<Scene> = {},
): Candidate => {
  const leases = new MemoryLeases(clock, state)
  const log = new RecordingLog()
  const stop = new AbortController()
  const ref = { namespace: 'ns', name: 'relay' }
  const election = new LeaderElector({ leases, ref, identity, clock, random, log })
  const ends: LeaderElectorEnd[] = []
  const running = election.run(stop.signal).then((end) => ends.push(end))
  const messages = (): readonly string[] => log.lines.map(({ message }) => message)
  return { election, leases, clock, stop, ends, running, messages }
}
