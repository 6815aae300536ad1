import { err, ok } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { Issuer } from '../../../relay/src/api/issuer.ts'
import { keptIssuer } from '../../../relay/src/core/kept-objects.ts'
import { IssuerCooldowns } from '../../../relay/src/reconcile/issuer-cooldowns.ts'
import { breakerScope } from '../../../relay/src/signer/circuit-breaker.ts'
import { aCondition, anIssuer, CREATED_MS } from '../../support/kube-objects.ts'
import { CA, OLD, SEEN, NEW, reconcile } from './checked-issuer.ts'
import { aSignerClient, CONFLICT, NOT_FOUND, UNAVAILABLE } from './support.ts'

describe('IssuerReconciler', () => {
  it('after a good check lets a sign call probe the worker at once', async ({ expect }) => {
    expect((await reconcile({ issuer: NEW })).hurried).toEqual([breakerScope(NEW)])
  })

  it('after a check that fails does not', async ({ expect }) => {
    expect((await reconcile({ issuer: NEW, client: ok(aSignerClient({})) })).hurried).toEqual([])
  })

  it(
    'makes a healthy issuer Ready in one write, and checks again later',
    { tags: ['AC-22'] },
    async ({ expect }) => {
      const { outcome, writes, notes } = await reconcile({ issuer: NEW })
      expect(outcome).toEqual({ kind: 'requeue-after', afterMs: 60_000 })
      expect(writes).toMatchObject([
        {
          resourceVersion: '3',
          status: {
            conditions: [{ status: 'True', reason: 'Checked', observedGeneration: 2 }],
            ...SEEN,
          },
        },
      ])
      expect(notes).toEqual(['Succeeded checking the issuer'])
    },
  )

  it('writes and reports nothing when nothing changed', async ({ expect }) => {
    const ready = aCondition('Ready', {
      reason: 'Checked',
      message: 'Succeeded checking the issuer',
      observedGeneration: 2,
    })
    const issuer = anIssuer({ status: { conditions: [ready], ...SEEN } })
    expect(await reconcile({ issuer })).toMatchObject({ writes: [], notes: [] })
  })

  it.for([
    { name: 'another CA signs', before: { ca: OLD, authorities: SEEN.authorities } },
    { name: 'one came', before: { ...SEEN, authorities: SEEN.authorities.slice(0, 1) } },
    {
      name: 'one went',
      before: { ca: CA, authorities: [...SEEN.authorities, SEEN.authorities[1]] },
    },
    {
      name: 'the state of one changed',
      before: {
        ca: CA,
        authorities: SEEN.authorities.map((one) => ({ ...one, state: 'next' })),
      },
    },
    { name: 'an older relay wrote no list', before: { ca: CA } },
    { name: 'a root came', before: { ...SEEN, roots: SEEN.roots.slice(0, 1) } },
    {
      name: 'a root went',
      before: { ...SEEN, roots: [...SEEN.roots, { ...SEEN.roots[0], sha256: 'c'.repeat(64) }] },
    },
  ])('writes what it sees of the CAs when $name', async ({ before }, { expect }) => {
    const ready = aCondition('Ready', {
      reason: 'Checked',
      message: 'Succeeded checking the issuer',
      observedGeneration: 2,
    })
    const issuer = anIssuer({ status: { conditions: [ready], ...before } })
    expect((await reconcile({ issuer })).writes).toMatchObject([{ status: SEEN }])
  })

  it('keeps what is known of the CAs when a check fails', async ({ expect }) => {
    const issuer = anIssuer({ status: SEEN })
    const down = err({ class: 'temporary', code: 'transport_error', message: 'no route' } as const)
    const client = ok(aSignerClient({ health: down }))
    const { outcome, writes } = await reconcile({ issuer, client })
    expect(outcome).toMatchObject({ kind: 'retry' })
    expect(writes).toMatchObject([
      { status: { conditions: [{ status: 'False', reason: 'Pending' }], ...SEEN } },
    ])
  })

  it.for([
    { kind: 'credentials', reason: 'Pending', outcome: 'retry' },
    { kind: 'api', reason: 'Pending', outcome: 'retry' },
    { kind: 'spec', reason: 'Failed', outcome: 'done' },
  ] as const)('an error of the $kind is $reason', async ({ kind, reason, outcome }, { expect }) => {
    const result = await reconcile({ issuer: NEW, client: err({ kind, message: 'because' }) })
    expect(result.outcome).toMatchObject({ kind: outcome })
    expect(result.writes).toMatchObject([{ status: { conditions: [{ status: 'False', reason }] } }])
    expect(result.notes.join()).toContain('because')
    expect(result.checks).toEqual([reason])
  })

  it('emits an Event for a check that fails again, so that the Event counts it, and writes nothing', async ({
    expect,
  }) => {
    const pending = aCondition('Ready', {
      status: 'False',
      reason: 'Pending',
      message: 'Not ready yet: because',
      observedGeneration: 2,
    })
    const issuer = anIssuer({ status: { conditions: [pending] } })
    const client = err({ kind: 'credentials', message: 'because' } as const)
    const { writes, notes } = await reconcile({ issuer, client })
    expect(writes).toEqual([])
    expect(notes).toEqual(['Not ready yet: because'])
  })

  it('comes back no sooner than the worker asks', async ({ expect }) => {
    const client = ok(
      aSignerClient({
        health: err({
          class: 'temporary',
          code: 'rate_limited',
          message: 'busy',
          retryAfterMs: 90_000,
        }),
      }),
    )
    expect((await reconcile({ issuer: NEW, client })).outcome).toMatchObject({
      kind: 'retry',
      minimumMs: 90_000,
    })
  })

  it('is not Ready while the worker refused it, whatever a check would say', async ({ expect }) => {
    const cooldowns = new IssuerCooldowns()
    cooldowns.start(NEW.metadata.uid, 'refused', CREATED_MS - 1_000)
    const { outcome, writes } = await reconcile({ issuer: NEW, cooldowns })
    expect(outcome).toEqual({ kind: 'requeue-after', afterMs: 4_000 })
    expect(writes).toMatchObject([
      { status: { conditions: [{ status: 'False', message: 'Not ready yet: refused' }] } },
    ])
  })

  it.for([
    { name: 'gone, or so it seems', error: NOT_FOUND },
    { name: 'changed meanwhile', error: CONFLICT },
    { name: 'gone, or so it seems', error: NOT_FOUND },
  ])(
    'comes again and emits no Event for a status that was not written: $name',
    async ({ error }, { expect }) => {
      const { outcome, notes } = await reconcile({ issuer: NEW, errors: [error] })
      expect(outcome).toMatchObject({ kind: 'retry' })
      expect(notes).toEqual([])
    },
  )

  it.for([
    { name: 'unavailable', error: UNAVAILABLE, minimumMs: 0 },
    { name: 'busy', error: { ...UNAVAILABLE, retryAfterMs: 9_000 }, minimumMs: 9_000 },
  ])(
    'emits an Event in place of a status that was not written, and comes again: $name',
    async ({ error, minimumMs }, { expect }) => {
      const { outcome, events, notes } = await reconcile({ issuer: NEW, errors: [error] })
      expect(outcome).toEqual({
        kind: 'retry',
        message: 'status not written: connection refused',
        minimumMs,
      })
      expect(events.map(({ reason }) => reason)).toEqual(['StatusNotWritten'])
      expect(notes).toEqual([
        'Status not written: connection refused. It should say Checked: Succeeded checking the issuer',
      ])
    },
  )

  it.for([
    { name: 'is gone', issuer: undefined },
    {
      name: 'is being deleted',
      issuer: anIssuer({ metadata: { deletionTimestamp: '2026-01-01T00:00:01Z' } }),
    },
  ])('does nothing when the issuer $name', async ({ issuer }, { expect }) => {
    expect(await reconcile({ issuer })).toEqual({
      outcome: { kind: 'done' },
      hurried: [],
      writes: [],
      events: [],
      notes: [],
      checks: [],
    })
  })

  describe('an issuer of which only a part is in memory', () => {
    const whole = anIssuer({
      status: { ...SEEN, conditions: [aCondition('Ready', { observedGeneration: 2 })] },
    })
    const part = keptIssuer(whole)
    const client = err({ kind: 'credentials', message: 'because' } as const)
    const details = {
      metadata: { uid: whole.metadata.uid },
      spec: { url: whole.spec.url },
      status: SEEN,
    }

    it('keeps what the last good check saw when a check fails', async ({ expect }) => {
      const { writes } = await reconcile({ issuer: part, client, details })
      expect(writes).toMatchObject([{ status: { ...SEEN, conditions: [{ reason: 'Pending' }] } }])
    })

    it('is not written when that cannot be read: it would be lost', async ({ expect }) => {
      const { outcome, writes } = await reconcile({ issuer: part, client })
      expect(writes).toEqual([])
      expect(outcome).toMatchObject({
        kind: 'retry',
        message: 'status not written: connection refused',
      })
    })

    it('is not read when nothing is to be written', async ({ expect }) => {
      const { outcome, writes } = await reconcile({ issuer: keptIssuer(checkedIssuer()) })
      expect(writes).toEqual([])
      expect(outcome).toMatchObject({ kind: 'requeue-after' })
    })

    it('is not read when no check was good before', async ({ expect }) => {
      const { writes } = await reconcile({ issuer: keptIssuer(NEW), client })
      expect(writes).toMatchObject([{ status: { conditions: [{ reason: 'Pending' }] } }])
    })
  })
})

/** As a good check leaves it. */
const checkedIssuer = (): Issuer =>
  anIssuer({
    status: {
      ...SEEN,
      conditions: [
        aCondition('Ready', {
          reason: 'Checked',
          message: 'Succeeded checking the issuer',
          observedGeneration: 2,
        }),
      ],
    },
  })
