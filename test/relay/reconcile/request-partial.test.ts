/**
 * Requests of which only a part is in memory.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { it } from 'vitest'
import type { CertificateRequest } from '../../../relay/src/api/certificate-request.ts'
import type { Issuer } from '../../../relay/src/api/issuer.ts'
import { keptCertificateRequest } from '../../../relay/src/core/kept-objects.ts'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import { ReportedMessages } from '../../../relay/src/reconcile/reported-messages.ts'
import { RequestReconciler } from '../../../relay/src/reconcile/request-reconciler.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { aCondition, anIssuer, aRequest, CREATED_MS } from '../../support/kube-objects.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { anEventRecorder, aStatusWriter, newUnwritten, UNAVAILABLE, clockAt } from './support.ts'

interface World {
  readonly live: Result<CertificateRequest | undefined, ApiError>
  readonly issuer?: Issuer
}

/** One pass over a request that the API server has as `live`. */
async function reconcile({ live, issuer = anIssuer() }: World): Promise<{
  readonly outcome: unknown
  readonly writes: ReturnType<typeof aStatusWriter>['writes']
  readonly reasons: readonly string[]
  /** Versions that were signed. */
  readonly signed: readonly string[]
  readonly reads: number
}> {
  const status = aStatusWriter()
  const events = anEventRecorder()
  const log = new RecordingLog()
  const signed: string[] = []
  let reads = 0
  const outcome = await new RequestReconciler<CertificateRequest>({
    adapter: CERTIFICATE_REQUESTS,
    requests: {
      get: () => keptCertificateRequest(aRequest()),
      getLive: async () => {
        reads += 1
        return Promise.resolve(live)
      },
    },
    issuers: { find: () => issuer },
    signer: {
      sign: async (request) => {
        signed.push(request.metadata.resourceVersion)
        return Promise.resolve({
          update: CERTIFICATE_REQUESTS.issued(),
          issued: { chainPem: 'chain\n', caPem: 'ca\n' },
          outcome: { kind: 'done' },
        })
      },
    },
    approvals: { check: () => ({ kind: 'done' }) },
    statusWriter: status,
    events,
    reported: new ReportedMessages(),
    unwritten: newUnwritten(events, log),
    log,
    clock: clockAt(() => CREATED_MS + 1_000),
  }).reconcile('default/web-1', new AbortController().signal)
  const reasons = events.events.map(({ reason }) => reason)
  return { outcome, writes: status.writes, reasons, signed, reads }
}

it('is read before it is signed', async ({ expect }) => {
  const live = ok(aRequest({ metadata: { resourceVersion: '8' } }))
  const { outcome, writes, signed } = await reconcile({ live })
  expect(outcome).toEqual({ kind: 'done' })
  expect(signed).toEqual(['8'])
  expect(writes).toMatchObject([{ resourceVersion: '8' }])
})

it('is decided on again: it may be denied by now', async ({ expect }) => {
  const live = ok(aRequest({ status: { conditions: [aCondition('Denied')] } }))
  const { reasons, signed } = await reconcile({ live })
  expect(signed).toEqual([])
  expect(reasons).toEqual(['PermanentError'])
})

it('is tried again when it is not found, as the watch may be late', async ({ expect }) => {
  const { outcome, signed, writes } = await reconcile({ live: ok(undefined) })
  expect(outcome).toMatchObject({ kind: 'retry', message: 'the request was not found' })
  expect([signed, writes]).toEqual([[], []])
})

it('says so and is tried again when it cannot be read', async ({ expect }) => {
  const { outcome, signed, writes, reasons } = await reconcile({ live: err(UNAVAILABLE) })
  const message = 'request not read: connection refused'
  expect(outcome).toEqual({ kind: 'retry', message, minimumMs: 0 })
  expect(signed).toEqual([])
  const condition = { reason: 'Pending', message: expect.stringContaining(message) }
  expect(writes).toMatchObject([{ resourceVersion: '7', status: { conditions: [condition] } }])
  expect(reasons).toEqual(['RetryableError'])
})

it('is reported without being read while its issuer is not Ready', async ({ expect }) => {
  const { writes, reads } = await reconcile({
    live: err(UNAVAILABLE),
    issuer: anIssuer({ status: { conditions: [] } }),
  })
  expect(reads).toBe(0)
  expect(writes).toMatchObject([
    { resourceVersion: '7', status: { conditions: [{ reason: 'Pending' }] } },
  ])
})
