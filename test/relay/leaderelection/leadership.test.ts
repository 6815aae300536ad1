import { describe, it } from 'vitest'
import type { Collection } from '../../../relay/src/kube/ports.ts'
import { startLeaderElection } from '../../../relay/src/leaderelection/leadership.ts'
import { FakeClock, settle } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import {
  changed,
  deleted,
  failed,
  ScriptedCollection,
  type WatchScript,
} from '../watch/fixtures.ts'
import { aTakenLease, BY_ANOTHER } from './candidate.ts'
import { MemoryLeases } from './memory-leases.ts'

/** A leadership for a lease that is held by another, with a watch that says what the script says. */
const aLeadership = async (...watches: readonly WatchScript[]) => {
  const clock = new FakeClock()
  const leases = new MemoryLeases(clock, aTakenLease())
  const source = new ScriptedCollection(clock, { lists: [], watches })
  const collections: Collection[] = []
  const stop = new AbortController()
  const leadership = startLeaderElection(
    {
      kube: {
        getLease: async (...args) => leases.getLease(...args),
        createLease: async (...args) => leases.createLease(...args),
        updateLease: async (...args) => leases.updateLease(...args),
        listWatch: (collection) => {
          collections.push(collection)
          return source
        },
      },
      ref: { namespace: 'ns', name: 'relay' },
      identity: 'me',
      clock,
      random: () => 1,
      log: new RecordingLog(),
    },
    stop.signal,
  )
  await settle()
  return { leadership, clock, leases, source, collections, stop }
}

const body = (spec: object): object => ({ metadata: { resourceVersion: '9' }, spec })
const RELEASED = { ...BY_ANOTHER, holderIdentity: '' }

describe('startLeaderElection', () => {
  it('watches the one Lease, and no longer once it leads', async ({ expect }) => {
    const { leadership, clock, collections, source } = await aLeadership()
    expect(collections).toMatchObject([
      { resource: { plural: 'leases' }, namespace: 'ns', fieldSelector: 'metadata.name=relay' },
    ])
    await clock.advance(15_000)
    expect(await leadership.acquired).toBe(true)
    expect(leadership.isLeading()).toBe(true)
    expect(source.calls).toEqual(['0 watch '])
    // Nothing but the renewal is left.
    expect(clock.pendingMs).toEqual([2_000])
  })

  it.for([
    ['released', changed('relay', 9, body(RELEASED))],
    ['deleted', deleted('relay', 9)],
  ] as const)('takes the lease at once when it is %s', async ([, event], { expect }) => {
    const { clock, leases, leadership } = await aLeadership([{ pauseMs: 500 }, event])
    await clock.advance(499)
    leases.spec = RELEASED
    expect(leadership.isLeading()).toBe(false)
    await clock.advance(1)
    expect(leadership.isLeading()).toBe(true)
  })

  it.for([
    ['is refused', [failed('forbidden')]],
    ['makes no sense', [changed('relay', 9, 'nonsense')]],
  ] as const)('leads a little later when the watch %s', async ([, script], { expect }) => {
    const { clock, leases, leadership } = await aLeadership(script)
    leases.spec = RELEASED
    await clock.advance(4_400)
    expect(leadership.isLeading()).toBe(true)
  })

  it('ends as the election does', async ({ expect }) => {
    const stopped = await aLeadership()
    stopped.stop.abort()
    expect(await stopped.leadership.acquired).toBe(false)
    expect(await stopped.leadership.ended).toEqual({ kind: 'stopped' })

    const lost = await aLeadership()
    await lost.clock.advance(15_000)
    lost.leases.spec = BY_ANOTHER
    await lost.clock.advance(2_000)
    expect(await lost.leadership.ended).toEqual({ kind: 'lost', why: 'taken by another' })
  })
})
