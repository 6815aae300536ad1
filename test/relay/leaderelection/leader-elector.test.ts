// @module-tag AC-18
import { describe, it } from 'vitest'
import { FakeClock, settle } from '../queue/fake-clock.ts'
import { aCandidate, aTakenLease, BY_ANOTHER } from './candidate.ts'
import { LeaseState } from './memory-leases.ts'

describe('a candidate', () => {
  it('creates the lease and leads', async ({ expect }) => {
    const { election, leases } = aCandidate('me')
    expect(await election.acquired).toBe(true)
    expect(election.isLeading).toBe(true)
    expect(leases.calls).toEqual(['get', 'create'])
    expect(leases.spec).toEqual({
      holderIdentity: 'me',
      leaseDurationSeconds: 15,
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:00:00.000000Z',
      leaseTransitions: 0,
    })
  })

  it('waits for another until its lease has run out, by its own clock', async ({ expect }) => {
    const { election, leases, clock, messages } = aCandidate('me', { state: aTakenLease() })
    await clock.advance(14_999)
    expect(leases.spec).toEqual(BY_ANOTHER)
    await clock.advance(1)
    expect(await election.acquired).toBe(true)
    expect(leases.spec?.leaseTransitions).toBe(1)
    expect(messages()).toEqual(['another replica leads', 'leading'])
  })

  it('waits on as long as it is renewed', async ({ expect }) => {
    const { leases, clock } = aCandidate('me', { state: aTakenLease() })
    for (let second = 0; second < 120; second += 2) {
      leases.spec = { ...BY_ANOTHER, renewTime: `2026-01-01T00:00:${String(second)}.000000Z` }
      await clock.advance(2_000)
    }
    expect(leases.spec?.holderIdentity).toBe('another')
  })

  it.for([
    ['at least 2 s', 0, 2_000],
    ['at most 4.4 s', 1, 4_400],
  ] as const)('looks again after %s', async ([, random, wantMs], { expect }) => {
    const { leases, clock } = aCandidate('me', { state: aTakenLease(), random: () => random })
    await clock.advance(wantMs - 1)
    expect(leases.calls).toHaveLength(1)
    await clock.advance(1)
    expect(leases.calls).toHaveLength(2)
  })

  it.for([
    ['released', { ...BY_ANOTHER, holderIdentity: '' }],
    ['deleted', undefined],
  ] as const)('takes a lease at once that it hears is %s', async ([, spec], { expect }) => {
    const { election, leases, clock } = aCandidate('me', { state: aTakenLease() })
    await settle()
    leases.spec = spec
    election.observe(leases.lease)
    expect(await election.acquired).toBe(true)
    expect(clock.uptimeMs()).toBe(0)
  })

  it('counts from the moment it heard of the last renewal', async ({ expect }) => {
    const { election, leases, clock } = aCandidate('me', { state: aTakenLease(), random: () => 1 })
    await clock.advance(1_000)
    leases.spec = { ...BY_ANOTHER, renewTime: '2026-01-01T00:00:01.000000Z' }
    election.observe(leases.lease)
    await clock.advance(14_999)
    expect(election.isLeading).toBe(false)
    await clock.advance(1)
    expect(election.isLeading).toBe(true)
  })

  it('goes on trying while there is no answer', async ({ expect }) => {
    const { election, leases, clock, messages } = aCandidate('me', { state: aTakenLease() })
    leases.fault = () => 'request lost'
    await clock.advance(60_000)
    expect(messages()).toContain('lease not taken')
    expect(leases.spec).toEqual(BY_ANOTHER)
    leases.fault = () => undefined
    // It sees the lease for the first time now, and must give its holder the whole of its time.
    await clock.advance(15_000)
    expect(leases.spec).toEqual(BY_ANOTHER)
    await clock.advance(10_000)
    expect(election.isLeading).toBe(true)
  })

  it('is beaten when another is quicker', async ({ expect }) => {
    const clock = new FakeClock()
    const state = new LeaseState()
    const candidates = ['a', 'b', 'c'].map((name) => aCandidate(name, { clock, state }))
    await clock.advance(1_000)
    expect(candidates.map(({ election }) => election.isLeading)).toEqual([true, false, false])
  })

  it('stops silently when its signal aborts', async ({ expect }) => {
    const { election, leases, clock, stop, running, ends } = aCandidate('me', {
      state: aTakenLease(),
    })
    await settle()
    stop.abort()
    await running
    expect(await election.acquired).toBe(false)
    expect(ends).toEqual([{ kind: 'stopped' }])
    expect(leases.spec).toEqual(BY_ANOTHER)
    expect(clock.pendingMs).toEqual([])
  })

  it('releases a lease that it took while it was stopping', async ({ expect }) => {
    const { leases, stop, running, ends } = aCandidate('me')
    stop.abort()
    await running
    expect(ends).toEqual([{ kind: 'stopped' }])
    expect(leases.spec?.holderIdentity).toBe('')
  })
})

describe('a leader', () => {
  it('renews every 2 s with one call', async ({ expect }) => {
    const { leases, clock } = aCandidate('me')
    await settle()
    leases.calls.length = 0
    await clock.advance(60_000)
    expect(leases.calls).toEqual(Array.from({ length: 30 }, () => 'update'))
    expect(leases.spec).toMatchObject({
      acquireTime: '2026-01-01T00:00:00.000000Z',
      renewTime: '2026-01-01T00:01:00.000000Z',
      leaseTransitions: 0,
    })
  })

  it('is none any more 10 s after its last renewal began', async ({ expect }) => {
    const { election, leases, clock, ends } = aCandidate('me')
    await clock.advance(3_000)
    leases.fault = () => 'request lost'
    // The last good renewal was at 2 s.
    await clock.advance(8_999)
    expect([election.isLeading, ends]).toEqual([true, []])
    await clock.advance(1)
    expect(election.isLeading).toBe(false)
    expect(ends).toEqual([
      { kind: 'lost', why: 'not renewed for 10000 ms: not done within 1000 ms' },
    ])
    expect(clock.pendingMs).toEqual([])
  })

  it('is none any more in time when a call does not heed its deadline, and leads beside no other', async ({
    expect,
  }) => {
    const clock = new FakeClock()
    const state = new LeaseState()
    const leader = aCandidate('me', { clock, state })
    await clock.advance(1_000)
    const other = aCandidate('other', { clock, state })
    leader.leases.fault = () => 'unheeded'
    const leading: string[] = []
    for (let second = 1; second < 20; second += 1) {
      const isRunning = leader.ends.length === 0
      leading.push(`${isRunning ? 'me' : ''}${other.election.isLeading ? 'other' : ''}`)
      await clock.advance(1_000)
    }
    expect(leading).not.toContain('meother')
    expect(leading.indexOf('')).toBe(9)
    expect(leading.indexOf('other')).toBeGreaterThan(9)
  })

  it('counts from the start of a renewal, since others may count from when it took hold', async ({
    expect,
  }) => {
    const { leases, clock, ends } = aCandidate('me')
    await clock.advance(1_000)
    leases.fault = () => 'answer slow'
    await clock.advance(1_500)
    leases.fault = () => 'request lost'
    // The renewal began at 2 s, and was answered at 5 s.
    await clock.advance(9_499)
    expect(ends).toEqual([])
    await clock.advance(1)
    expect(ends).toHaveLength(1)
  })

  it('counts from the start of the try that took the lease, too', async ({ expect }) => {
    const { leases, clock, ends } = aCandidate('me')
    leases.fault = (call) => (call === 'create' ? 'answer slow' : undefined)
    await clock.advance(3_000)
    leases.fault = () => 'request lost'
    await clock.advance(6_999)
    expect(ends).toEqual([])
    await clock.advance(1)
    expect(ends).toHaveLength(1)
  })

  it('tolerates a transient error', async ({ expect }) => {
    const { election, leases, clock, messages } = aCandidate('me')
    await clock.advance(3_000)
    leases.fault = () => 'request lost'
    await clock.advance(5_000)
    leases.fault = () => undefined
    await clock.advance(60_000)
    expect(election.isLeading).toBe(true)
    expect(messages()).toEqual(['leading', 'lease not renewed'])
  })

  it('takes a renewal whose answer was lost for its own', async ({ expect }) => {
    const { election, leases, clock } = aCandidate('me')
    await clock.advance(3_000)
    leases.fault = (call) => (call === 'update' ? 'answer lost' : undefined)
    await clock.advance(2_000)
    leases.fault = () => undefined
    await clock.advance(60_000)
    expect(election.isLeading).toBe(true)
    expect(leases.spec?.leaseTransitions).toBe(0)
  })

  it('creates the lease again after a deletion', async ({ expect }) => {
    const { election, leases, clock } = aCandidate('me')
    await settle()
    leases.spec = undefined
    await clock.advance(2_000)
    expect(election.isLeading).toBe(true)
    expect(leases.spec).toMatchObject({ holderIdentity: 'me' })
  })

  it('has lost at once when another has taken the lease', async ({ expect }) => {
    const { leases, clock, ends } = aCandidate('me')
    await settle()
    leases.spec = BY_ANOTHER
    await clock.advance(2_000)
    expect(ends).toEqual([{ kind: 'lost', why: 'taken by another' }])
    expect(leases.spec).toEqual(BY_ANOTHER)
  })

  it('releases the lease when its signal aborts', async ({ expect }) => {
    const { leases, clock, stop, ends, running, messages } = aCandidate('me')
    await clock.advance(3_000)
    stop.abort()
    await running
    expect(ends).toEqual([{ kind: 'stopped' }])
    expect(leases.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 })
    expect(messages()).toEqual(['leading', 'lease released'])
    expect(clock.pendingMs).toEqual([])
  })

  it('does not wait for ever to let go', async ({ expect }) => {
    const { leases, clock, stop, ends, messages } = aCandidate('me')
    await settle()
    leases.fault = () => 'request lost'
    stop.abort()
    await clock.advance(5_000)
    expect(ends).toEqual([{ kind: 'stopped' }])
    expect(messages()).toContain('lease not released')
  })
})
