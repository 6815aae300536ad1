import { err } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { AnyRequest } from '../../../relay/src/api/request.ts'
import { UNEXPECTED_ERROR } from '../../../relay/src/core/status-messages.ts'
import { ReportedMessages } from '../../../relay/src/reconcile/reported-messages.ts'
import { RequestReconciler } from '../../../relay/src/reconcile/request-reconciler.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { CERTIFICATE_SIGNING_REQUESTS } from '../../../relay/src/requests/certificate-signing-request.ts'
import type { RequestAdapter } from '../../../relay/src/requests/request-adapter.ts'
import {
  aCondition,
  anIssuer,
  aRequest,
  aSigningRequest,
  CREATED_MS,
} from '../../support/kube-objects.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { anEventRecorder, aStatusWriter, UNAVAILABLE, newUnwritten, clockAt } from './support.ts'

const NEVER = new AbortController().signal

const fail = (): never => {
  throw new Error('a bug')
}

/** What a report of a throw writes and emits about a request whose decision throws. */
async function reportThrow<R extends AnyRequest>(
  kind: RequestAdapter<R>,
  cached: R,
): Promise<{ readonly statuses: readonly object[]; readonly notes: readonly string[] }> {
  const adapter: RequestAdapter<R> = Object.create(kind, { decide: { value: fail } })
  const status = aStatusWriter()
  const events = anEventRecorder()
  await new RequestReconciler({
    adapter,
    requests: { get: () => cached, getLive: async () => Promise.resolve(err(UNAVAILABLE)) },
    issuers: { find: fail },
    signer: { sign: async () => Promise.reject(new Error('a bug')) },
    approvals: { check: fail },
    statusWriter: status,
    events,
    reported: new ReportedMessages(),
    unwritten: newUnwritten(),
    log: new RecordingLog(),
    clock: clockAt(() => CREATED_MS),
  }).reportThrow('default/web-1', NEVER)
  return {
    statuses: status.writes.map((write) => write.status),
    notes: events.events.map(({ reason, note }) => `${reason}: ${note}`),
  }
}

describe('a decision that throws', () => {
  it('makes an approved CertificateRequest Pending', async ({ expect }) => {
    const { statuses, notes } = await reportThrow(CERTIFICATE_REQUESTS, aRequest())
    const { message } = CERTIFICATE_REQUESTS.retried(UNEXPECTED_ERROR)
    expect(statuses).toMatchObject([
      { conditions: [{ status: 'False', reason: 'Pending', message }] },
    ])
    expect(notes).toEqual([`RetryableError: ${message}`])
  })

  it('emits an Event about a CertificateSigningRequest', async ({ expect }) => {
    const { statuses, notes } = await reportThrow(CERTIFICATE_SIGNING_REQUESTS, aSigningRequest())
    expect(statuses).toEqual([])
    expect(notes).toEqual([
      `RetryableError: ${CERTIFICATE_SIGNING_REQUESTS.retried(UNEXPECTED_ERROR).message}`,
    ])
  })

  it.for([
    ['one that awaits approval', aRequest({ status: { conditions: [] } })],
    ['a denied one', aRequest({ status: { conditions: [aCondition('Denied')] } })],
    ['a signed one', aRequest({ status: { certificate: 'YQ==' } })],
    [
      'one of an unknown kind',
      aRequest({ spec: { issuerRef: { group: 'edge-issuer.dev', kind: 'Pet', name: 'rex' } } }),
    ],
  ] as const)('writes nothing to %s', async ([, cached], { expect }) => {
    expect(await reportThrow(CERTIFICATE_REQUESTS, cached)).toEqual({ statuses: [], notes: [] })
  })
})

describe('RequestReconciler.reportThrow', () => {
  it.for([
    ['an approved request', aRequest(), ['Pending']],
    [
      'a request that says so already',
      aRequest({
        status: {
          conditions: [
            aCondition('Approved'),
            aCondition('Ready', {
              status: 'False',
              reason: 'Pending',
              message: CERTIFICATE_REQUESTS.retried(UNEXPECTED_ERROR).message,
            }),
          ],
        },
      }),
      [],
    ],
    ['a denied request', aRequest({ status: { conditions: [aCondition('Denied')] } }), ['Denied']],
    ['one that awaits approval', aRequest({ status: { conditions: [] } }), []],
    [
      'a finished one',
      aRequest({
        status: {
          conditions: [
            aCondition('Approved'),
            aCondition('Ready', { status: 'False', reason: 'Failed' }),
          ],
        },
      }),
      [],
    ],
    ['one that is gone', undefined, []],
  ] as const)('writes to %s only what is true', async ([, cached, reasons], { expect }) => {
    const status = aStatusWriter()
    await new RequestReconciler({
      adapter: CERTIFICATE_REQUESTS,
      requests: { get: () => cached, getLive: async () => Promise.resolve(err(UNAVAILABLE)) },
      issuers: { find: () => anIssuer() },
      signer: { sign: async () => Promise.reject(new Error('a bug')) },
      approvals: { check: () => ({ kind: 'done' }) },
      statusWriter: status,
      events: anEventRecorder(),
      reported: new ReportedMessages(),
      unwritten: newUnwritten(),
      log: new RecordingLog(),
      clock: clockAt(() => CREATED_MS),
    }).reportThrow('default/web-1', NEVER)
    expect(status.writes).toMatchObject(
      reasons.map((reason) => ({
        resourceVersion: '7',
        status: { conditions: [{ status: 'False', reason }] },
      })),
    )
  })
})
