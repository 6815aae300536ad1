import { err, type HealthAnswer, ok, type Result } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { ISSUER } from '../../../relay/src/api/group.ts'
import type { Issuer } from '../../../relay/src/api/issuer.ts'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import { IssuerHolds } from '../../../relay/src/reconcile/issuer-holds.ts'
import { issuerReconciler } from '../../../relay/src/reconcile/issuer.ts'
import { Reminders } from '../../../relay/src/reconcile/reminders.ts'
import { breakerScope } from '../../../relay/src/signer/circuit-breaker.ts'
import type { SignerClient } from '../../../relay/src/signer/client.ts'
import type { ConnectFault } from '../../../relay/src/signer/connections.ts'
import { aCondition, anIssuer, CREATED_MS } from '../../support/kube-objects.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import {
  anEventRecorder,
  aSignerClient,
  aStatusWriter,
  CONFLICT,
  NOT_FOUND,
  UNAVAILABLE,
} from './support.ts'

const NEVER = new AbortController().signal
const CA = {
  subject: 'CN=CA',
  serialNumber: '01',
  notAfter: '2030-01-01T00:00:00Z',
  sha256: 'a'.repeat(64),
}
const OLD = { ...CA, subject: 'CN=Old', sha256: 'b'.repeat(64) }
const HEALTHY: HealthAnswer = {
  issuer: 'default',
  ca: CA,
  chain: '',
  authorities: [
    { state: 'active', ...CA },
    { state: 'retiring', ...OLD },
  ],
  bundle: '',
  profiles: ['default'],
  serverTime: '2026-01-01T00:00:00Z',
  protocolVersion: '1.0',
}
/** What a check of {@link HEALTHY} writes. */
const SEEN = {
  ca: CA,
  authorities: HEALTHY.authorities.map(({ sha256, state, notAfter, subject }) => ({
    sha256,
    state,
    notAfter,
    subject,
  })),
}
const NEW = anIssuer({ status: { conditions: [] } })

interface World {
  readonly issuer?: Issuer | undefined
  readonly client?: Result<SignerClient, ConnectFault>
  readonly errors?: readonly ApiError[]
  readonly holds?: IssuerHolds
}

async function reconcile(world: World): Promise<{
  readonly outcome: unknown
  readonly writes: ReturnType<typeof aStatusWriter>['writes']
  readonly notes: readonly string[]
  readonly checks: readonly string[]
  /** Scopes of circuit breakers. */
  readonly hurried: readonly string[]
}> {
  const status = aStatusWriter(world.errors)
  const events = anEventRecorder()
  const checks: string[] = []
  const hurried: string[] = []
  const outcome = await issuerReconciler({
    resource: ISSUER,
    get: () => world.issuer,
    connect: async () =>
      Promise.resolve(world.client ?? ok(aSignerClient({ health: ok(HEALTHY) }))),
    holds: world.holds ?? new IssuerHolds(),
    breakers: { hurry: (scope) => hurried.push(scope) },
    reminders: new Reminders(),
    withinCheckDeadline: async (signal, check) => check(signal),
    longestLifetimeMs: () => 0,
    checked: (reason) => checks.push(reason),
    status,
    events,
    log: new RecordingLog(),
    now: () => CREATED_MS,
    nextCheckMs: () => 60_000,
  })('default/ca', NEVER)
  return {
    outcome,
    writes: status.writes,
    notes: events.events.map((event) => event.note),
    checks,
    hurried,
  }
}

describe('issuerReconciler', () => {
  it('after a good check lets a sign call probe the worker at once', async ({ expect }) => {
    expect((await reconcile({ issuer: NEW })).hurried).toEqual([breakerScope(NEW)])
  })

  it('after a check that fails does not', async ({ expect }) => {
    expect((await reconcile({ issuer: NEW, client: ok(aSignerClient({})) })).hurried).toEqual([])
  })

  it('makes a healthy issuer Ready in one write, and looks again later', async ({ expect }) => {
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
  })

  it('writes and tells nothing when nothing changed', async ({ expect }) => {
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
    { name: 'one came', before: { ca: CA, authorities: SEEN.authorities.slice(0, 1) } },
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
    { kind: 'secret', reason: 'Pending', outcome: 'retry' },
    { kind: 'api', reason: 'Pending', outcome: 'retry' },
    { kind: 'spec', reason: 'Failed', outcome: 'done' },
  ] as const)('a fault of the $kind is $reason', async ({ kind, reason, outcome }, { expect }) => {
    const result = await reconcile({ issuer: NEW, client: err({ kind, message: 'because' }) })
    expect(result.outcome).toMatchObject({ kind: outcome })
    expect(result.writes).toMatchObject([{ status: { conditions: [{ status: 'False', reason }] } }])
    expect(result.notes.join()).toContain('because')
    expect(result.checks).toEqual([reason])
  })

  it('tells of a check that fails again, so that the Event counts it, and writes nothing', async ({
    expect,
  }) => {
    const pending = aCondition('Ready', {
      status: 'False',
      reason: 'Pending',
      message: 'Not ready yet: because',
      observedGeneration: 2,
    })
    const issuer = anIssuer({ status: { conditions: [pending] } })
    const client = err({ kind: 'secret', message: 'because' } as const)
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
    const holds = new IssuerHolds()
    holds.refuse(NEW.metadata.uid, 'refused', CREATED_MS - 1_000)
    const { outcome, writes } = await reconcile({ issuer: NEW, holds })
    expect(outcome).toEqual({ kind: 'requeue-after', afterMs: 4_000 })
    expect(writes).toMatchObject([
      { status: { conditions: [{ status: 'False', message: 'Not ready yet: refused' }] } },
    ])
  })

  it.for([
    { name: 'gone, or so it seems', error: NOT_FOUND },
    { name: 'changed meanwhile', error: CONFLICT },
    { name: 'unavailable', error: UNAVAILABLE },
  ])(
    'comes again and tells no event for a status that was not written: $name',
    async ({ error }, { expect }) => {
      const { outcome, notes } = await reconcile({ issuer: NEW, errors: [error] })
      expect(outcome).toMatchObject({ kind: 'retry' })
      expect(notes).toEqual([])
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
      notes: [],
      checks: [],
    })
  })
})
