import { err } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { AnyRequest } from '../../../relay/src/api/request.ts'
import {
  CERTIFICATE_REQUEST_WORDS,
  SIGNING_REQUEST_WORDS,
} from '../../../relay/src/core/request-words.ts'
import { UNEXPECTED_ERROR } from '../../../relay/src/core/status-messages.ts'
import { Told } from '../../../relay/src/reconcile/reported-messages.ts'
import { requestThrowReport } from '../../../relay/src/reconcile/request-reconciler.ts'
import {
  CERTIFICATE_REQUESTS,
  CERTIFICATE_SIGNING_REQUESTS,
  type RequestKind,
} from '../../../relay/src/requests/request-adapter.ts'
import {
  aCondition,
  anIssuer,
  aRequest,
  aSigningRequest,
  CREATED_MS,
} from '../../support/kube-objects.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { anEventRecorder, aStatusWriter, UNAVAILABLE, newUnwritten } from './support.ts'

const NEVER = new AbortController().signal

const fail = (): never => {
  throw new Error('a bug')
}

/** What a report of a throw writes and emits about a request whose decision throws. */
async function reportThrow<R extends AnyRequest>(
  kind: RequestKind<R>,
  cached: R,
): Promise<{ readonly statuses: readonly object[]; readonly notes: readonly string[] }> {
  const status = aStatusWriter()
  const events = anEventRecorder()
  await requestThrowReport({
    kind: { ...kind, decide: fail },
    get: () => cached,
    getLive: async () => Promise.resolve(err(UNAVAILABLE)),
    getIssuer: fail,
    sign: async () => Promise.reject(new Error('a bug')),
    approvals: { look: fail },
    status,
    events,
    told: new Told(),
    unwritten: newUnwritten(),
    log: new RecordingLog(),
    now: () => CREATED_MS,
  })('default/web-1', NEVER)
  return {
    statuses: status.writes.map((write) => write.status),
    notes: events.events.map(({ reason, note }) => `${reason}: ${note}`),
  }
}

describe('a decision that throws', () => {
  it('makes an approved CertificateRequest Pending', async ({ expect }) => {
    const { statuses, notes } = await reportThrow(CERTIFICATE_REQUESTS, aRequest())
    const { message } = CERTIFICATE_REQUEST_WORDS.retried(UNEXPECTED_ERROR)
    expect(statuses).toMatchObject([
      { conditions: [{ status: 'False', reason: 'Pending', message }] },
    ])
    expect(notes).toEqual([`RetryableError: ${message}`])
  })

  it('emits an Event about a CertificateSigningRequest', async ({ expect }) => {
    const { statuses, notes } = await reportThrow(CERTIFICATE_SIGNING_REQUESTS, aSigningRequest())
    expect(statuses).toEqual([])
    expect(notes).toEqual([
      `RetryableError: ${SIGNING_REQUEST_WORDS.retried(UNEXPECTED_ERROR).message}`,
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

describe('requestThrowReport', () => {
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
              message: CERTIFICATE_REQUEST_WORDS.retried(UNEXPECTED_ERROR).message,
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
    await requestThrowReport({
      kind: CERTIFICATE_REQUESTS,
      get: () => cached,
      getLive: async () => Promise.resolve(err(UNAVAILABLE)),
      getIssuer: () => anIssuer(),
      sign: async () => Promise.reject(new Error('a bug')),
      approvals: { look: () => ({ kind: 'done' }) },
      status,
      events: anEventRecorder(),
      told: new Told(),
      unwritten: newUnwritten(),
      log: new RecordingLog(),
      now: () => CREATED_MS,
    })('default/web-1', NEVER)
    expect(status.writes).toMatchObject(
      reasons.map((reason) => ({
        resourceVersion: '7',
        status: { conditions: [{ status: 'False', reason }] },
      })),
    )
  })
})
