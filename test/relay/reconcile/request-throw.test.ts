import { err } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { CERTIFICATE_REQUEST_WORDS } from '../../../relay/src/core/request-words.ts'
import { UNEXPECTED_ERROR } from '../../../relay/src/core/verdict.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/reconcile/request-kinds.ts'
import { requestThrowReport } from '../../../relay/src/reconcile/request.ts'
import { Told } from '../../../relay/src/reconcile/told.ts'
import { aCondition, anIssuer, aRequest, CREATED_MS } from '../../support/kube-objects.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { anEventRecorder, aStatusWriter, UNAVAILABLE } from './support.ts'

const NEVER = new AbortController().signal

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
