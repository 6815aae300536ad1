import { err } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { CLUSTER_ISSUER, ISSUER, type Resource } from '../../../relay/src/api/group.ts'
import type { Issuer } from '../../../relay/src/api/issuer.ts'
import { issuerPending, UNEXPECTED_ERROR } from '../../../relay/src/core/status-messages.ts'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import { IssuerCooldowns } from '../../../relay/src/reconcile/issuer-cooldowns.ts'
import { IssuerReconciler } from '../../../relay/src/reconcile/issuer-reconciler.ts'
import { Reminders } from '../../../relay/src/reconcile/reminders.ts'
import { aCondition, anIssuer, CREATED_MS } from '../../support/kube-objects.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import {
  anEventRecorder,
  aStatusWriter,
  FORBIDDEN,
  newBreakers,
  newUnwritten,
  UNAVAILABLE,
  clockAt,
} from './support.ts'

const NEVER = new AbortController().signal
const { message: MESSAGE } = issuerPending(UNEXPECTED_ERROR)

/** What a report of a throw writes and emits. */
async function report(
  resource: Resource,
  issuer: Issuer | undefined,
  errors: readonly ApiError[] = [],
): Promise<{ readonly statuses: readonly object[]; readonly notes: readonly string[] }> {
  const status = aStatusWriter(errors)
  const events = anEventRecorder()
  await new IssuerReconciler({
    resource,
    store: { get: () => issuer, countBy: () => 1 },
    connections: { connect: async () => Promise.reject(new Error('a bug')) },
    reader: { readDetails: async () => Promise.resolve(err(UNAVAILABLE)) },
    cooldowns: new IssuerCooldowns(),
    breakers: newBreakers(),
    reminders: new Reminders(),
    lifetimes: { longestMs: () => 0 },
    metrics: { checked: () => undefined },
    statusWriter: status,
    events,
    unwritten: newUnwritten(events),
    log: new RecordingLog(),
    clock: clockAt(() => CREATED_MS),
    checkIntervalMs: 60_000,
    random: () => 0.5,
  }).reportThrow('default/ca', NEVER)
  return {
    statuses: status.writes.map((write) => write.status),
    notes: events.events.map(({ reason, note }) => `${reason}: ${note}`),
  }
}

describe('IssuerReconciler.reportThrow', () => {
  it.for([
    ['an Issuer', ISSUER, anIssuer()],
    ['a ClusterIssuer', CLUSTER_ISSUER, anIssuer({ kind: 'ClusterIssuer' })],
    ['one that was never checked', ISSUER, anIssuer({ status: { conditions: [] } })],
  ] as const)('makes %s not Ready', async ([, resource, issuer], { expect }) => {
    const { statuses, notes } = await report(resource, issuer)
    const condition = { type: 'Ready', status: 'False', reason: 'Pending', message: MESSAGE }
    expect(statuses).toMatchObject([{ conditions: [condition] }])
    expect(notes).toEqual([`RetryableError: ${MESSAGE}`])
  })

  it('writes nothing when the condition says so already, and counts the Event', async ({
    expect,
  }) => {
    const ready = aCondition('Ready', {
      status: 'False',
      reason: 'Pending',
      message: MESSAGE,
      observedGeneration: 2,
    })
    const { statuses, notes } = await report(ISSUER, anIssuer({ status: { conditions: [ready] } }))
    expect(statuses).toEqual([])
    expect(notes).toEqual([`RetryableError: ${MESSAGE}`])
  })

  it('is reported in its turn when it cannot be written', async ({ expect }) => {
    const { notes } = await report(ISSUER, anIssuer(), [FORBIDDEN])
    expect(notes).toEqual([
      `StatusNotWritten: Status not written: forbidden. It should say Pending: ${MESSAGE}`,
    ])
  })

  it.for([
    ['gone', undefined],
    ['being deleted', anIssuer({ metadata: { deletionTimestamp: '2026-01-01T00:00:01Z' } })],
  ] as const)('writes nothing to one that is %s', async ([, issuer], { expect }) => {
    expect(await report(ISSUER, issuer)).toEqual({ statuses: [], notes: [] })
  })
})
