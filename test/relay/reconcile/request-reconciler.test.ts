import { err, ok } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { CertificateRequest } from '../../../relay/src/api/certificate-request.ts'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import { ReportedMessages } from '../../../relay/src/reconcile/reported-messages.ts'
import {
  RequestReconciler,
  type RequestReconcilerDeps,
} from '../../../relay/src/reconcile/request-reconciler.ts'
import type { SigningResult } from '../../../relay/src/reconcile/request-signer.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { aCondition, anIssuer, aRequest, CREATED_MS } from '../../support/kube-objects.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import {
  anEventRecorder,
  aStatusWriter,
  CONFLICT,
  FORBIDDEN,
  NOT_FOUND,
  UNAVAILABLE,
  newUnwritten,
  clockAt,
} from './support.ts'

const NOW_MS = CREATED_MS + 1_000
const ISSUED: SigningResult = {
  update: CERTIFICATE_REQUESTS.issued(),
  issued: { chainPem: 'chain\n', caPem: 'ca\n' },
  outcome: { kind: 'done' },
}
const NEVER = new AbortController().signal

interface World {
  readonly cached?: CertificateRequest | undefined
  readonly live?: CertificateRequest | undefined
  readonly errors?: readonly ApiError[]
  readonly signing?: SigningResult
  /** What each pass comes to, the last one from then on. */
  readonly signings?: readonly SigningResult[]
  readonly passes?: number
}

/** One pass or more over `default/web-1`. */
async function reconcile(world: World): Promise<{
  readonly outcome: unknown
  readonly writes: ReturnType<typeof aStatusWriter>['writes']
  readonly reasons: readonly string[]
  readonly signed: readonly string[]
  /** Of the log, without those for debugging. */
  readonly lines: readonly string[]
}> {
  const { cached, live, errors = [], signing = ISSUED, signings = [signing], passes = 1 } = world
  const log = new RecordingLog()
  const status = aStatusWriter(errors)
  const events = anEventRecorder()
  const signed: string[] = []
  const options: RequestReconcilerDeps<CertificateRequest> = {
    adapter: CERTIFICATE_REQUESTS,
    requests: { get: () => cached, getLive: async () => Promise.resolve(ok(live)) },
    issuers: { find: () => anIssuer() },
    signer: {
      sign: async (request) => {
        signed.push(request.metadata.resourceVersion)
        return Promise.resolve(signings[Math.min(signed.length, signings.length) - 1] ?? ISSUED)
      },
    },
    approvals: { check: () => ({ kind: 'requeue-after', afterMs: 29_000 }) },
    statusWriter: status,
    events,
    reported: new ReportedMessages(),
    unwritten: newUnwritten(events, log),
    log,
    clock: clockAt(() => NOW_MS),
  }
  const reconciler = new RequestReconciler(options)
  let outcome: unknown
  for (let i = 0; i < passes; i += 1) outcome = await reconciler.reconcile('default/web-1', NEVER)
  const lines = log.lines
    .filter(({ level }) => level !== 'debug')
    .map(({ level, message }) => `${level} ${message}`)
  const reasons = events.events.map(({ reason }) => reason)
  return { outcome, writes: status.writes, reasons, signed, lines }
}

describe('RequestReconciler', () => {
  it(
    'writes the certificate on the version that it decided on, and one event',
    { tags: ['AC-9'] },
    async ({ expect }) => {
      const { outcome, writes, reasons } = await reconcile({ cached: aRequest() })
      expect(outcome).toEqual({ kind: 'done' })
      expect(reasons).toEqual(['Issued'])
      expect(writes).toMatchObject([
        {
          ref: { namespace: 'default', name: 'web-1' },
          resourceVersion: '7',
          status: {
            conditions: [{ type: 'Ready', status: 'True', reason: 'Issued' }],
            certificate: 'Y2hhaW4K',
            ca: 'Y2EK',
          },
        },
      ])
    },
  )

  it.for([
    { name: 'is gone', cached: undefined },
    { name: 'is finished', cached: aRequest({ status: { certificate: 'YQ==' } }) },
  ])('does nothing when the request $name', { tags: ['AC-1'] }, async ({ cached }, { expect }) => {
    expect(await reconcile({ cached })).toMatchObject({
      outcome: { kind: 'done' },
      writes: [],
      reasons: [],
      signed: [],
    })
  })

  it('looks again later at a request that is not approved', async ({ expect }) => {
    const cached = aRequest({ status: { conditions: [] } })
    expect(await reconcile({ cached })).toMatchObject({
      outcome: { kind: 'requeue-after', afterMs: 29_000 },
      writes: [],
      reasons: [],
      signed: [],
    })
  })

  it('writes a denial and its time, without the worker', { tags: ['AC-3'] }, async ({ expect }) => {
    const cached = aRequest({ status: { conditions: [aCondition('Denied')] } })
    const { writes, reasons, signed } = await reconcile({ cached })
    expect(writes).toMatchObject([
      {
        status: {
          conditions: [{ status: 'False', reason: 'Denied' }],
          failureTime: '2026-01-01T00:00:01Z',
        },
      },
    ])
    expect({ reasons, signed }).toEqual({ reasons: ['PermanentError'], signed: [] })
  })

  it('does not write again what is already there', async ({ expect }) => {
    const update = CERTIFICATE_REQUESTS.retried('no route')
    const cached = aRequest({
      status: { conditions: [aCondition('Approved'), aCondition('Ready', { ...update })] },
    })
    const outcome = { kind: 'retry', message: 'no route' } as const
    const result = await reconcile({ cached, signing: { update, outcome } })
    expect(result).toMatchObject({ outcome, writes: [], reasons: [] })
  })

  it('decides on the live object after a conflict', { tags: ['AC-20'] }, async ({ expect }) => {
    const live = aRequest({ metadata: { resourceVersion: '8' } })
    const { outcome, writes, signed } = await reconcile({
      cached: aRequest(),
      live,
      errors: [CONFLICT],
    })
    expect(outcome).toEqual({ kind: 'done' })
    expect(writes.map((write) => write.resourceVersion)).toEqual(['7', '8'])
    expect(signed).toEqual(['7', '8'])
  })

  it.for([
    {
      name: 'denied',
      live: aRequest({ status: { conditions: [aCondition('Denied')] } }),
      want: 'Denied',
    },
    {
      name: 'finished by another',
      live: aRequest({ status: { certificate: 'YQ==' } }),
      want: undefined,
    },
    { name: 'gone', live: undefined, want: undefined },
    {
      name: 'replaced by one that is not approved',
      live: aRequest({ metadata: { uid: 'other' }, status: { conditions: [] } }),
      want: undefined,
    },
  ])(
    'never writes the old answer on a request that is by now $name',
    { tags: ['AC-16'] },
    async ({ live, want }, { expect }) => {
      const { writes } = await reconcile({ cached: aRequest(), live, errors: [CONFLICT] })
      const reasons = writes.slice(1).map((write) => JSON.stringify(write.status))
      expect(reasons).toHaveLength(want === undefined ? 0 : 1)
      expect(reasons.join()).toContain(want ?? '')
      expect(reasons.join()).not.toContain('certificate')
    },
  )

  it('is retried when the live object is not found, until the watch reports the deletion', async ({
    expect,
  }) => {
    const { outcome } = await reconcile({ cached: aRequest(), live: undefined, errors: [CONFLICT] })
    expect(outcome).toEqual({ kind: 'retry', message: 'the request was not found' })
  })

  it('leaves a request that keeps changing to the queue', async ({ expect }) => {
    const errors = [CONFLICT, CONFLICT, CONFLICT]
    const { outcome, writes } = await reconcile({ cached: aRequest(), live: aRequest(), errors })
    expect(outcome).toMatchObject({ kind: 'retry' })
    expect(writes).toHaveLength(3)
  })

  it('comes again and emits no Event for a request that seems to be gone', async ({ expect }) => {
    const { outcome, reasons } = await reconcile({ cached: aRequest(), errors: [NOT_FOUND] })
    expect(outcome).toMatchObject({ kind: 'retry' })
    expect(reasons).toEqual([])
  })

  it.for([
    { error: FORBIDDEN, minimumMs: 0 },
    { error: UNAVAILABLE, minimumMs: 0 },
    { error: { ...UNAVAILABLE, retryAfterMs: 7_000 }, minimumMs: 7_000 },
  ])(
    'reports a status that could not be written, and tries again: $error',
    async ({ error, minimumMs }, { expect }) => {
      const { outcome, reasons, lines } = await reconcile({ cached: aRequest(), errors: [error] })
      expect(outcome).toEqual({
        kind: 'retry',
        message: `status not written: ${error.message}`,
        minimumMs,
      })
      expect(reasons).toEqual(['StatusNotWritten'])
      expect(lines).toEqual(['warn status not written'])
    },
  )

  it('logs a certificate as signed when it is written, and not before', async ({ expect }) => {
    const { lines } = await reconcile({ cached: aRequest() })
    expect(lines).toEqual(['info certificate signed', 'info request reported'])
  })

  it('emits an Event when nothing needs to be written after a failure', async ({ expect }) => {
    const update = CERTIFICATE_REQUESTS.retried('no route')
    const cached = aRequest({
      status: { conditions: [aCondition('Approved'), aCondition('Ready', { ...update })] },
    })
    const signings = [ISSUED, { update, outcome: { kind: 'done' } } as const]
    const { reasons } = await reconcile({ cached, errors: [FORBIDDEN], signings, passes: 3 })
    expect(reasons).toEqual(['StatusNotWritten', 'RetryableError'])
  })

  it('retries when the live object cannot be read', async ({ expect }) => {
    const outcome = await new RequestReconciler({
      adapter: CERTIFICATE_REQUESTS,
      requests: { get: () => aRequest(), getLive: async () => Promise.resolve(err(UNAVAILABLE)) },
      issuers: { find: () => anIssuer() },
      signer: { sign: async () => Promise.resolve(ISSUED) },
      approvals: { check: () => ({ kind: 'done' }) },
      statusWriter: aStatusWriter([CONFLICT]),
      events: anEventRecorder(),
      reported: new ReportedMessages(),
      unwritten: newUnwritten(),
      log: new RecordingLog(),
      clock: clockAt(() => NOW_MS),
    }).reconcile('default/web-1', NEVER)
    expect(outcome).toMatchObject({ kind: 'retry' })
  })
})
