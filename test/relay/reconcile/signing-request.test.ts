import { ok } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { CertificateSigningRequest } from '../../../relay/src/api/certificate-signing-request.ts'
import type { Issuer } from '../../../relay/src/api/issuer.ts'
import type { RequestUpdate } from '../../../relay/src/core/status-messages.ts'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import { ReportedMessages } from '../../../relay/src/reconcile/reported-messages.ts'
import { RequestReconciler } from '../../../relay/src/reconcile/request-reconciler.ts'
import type { SigningResult } from '../../../relay/src/reconcile/request-signer.ts'
import { CERTIFICATE_SIGNING_REQUESTS } from '../../../relay/src/requests/certificate-signing-request.ts'
import { aCondition, anIssuer, aSigningRequest, CREATED_MS } from '../../support/kube-objects.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import {
  anEventRecorder,
  aStatusWriter,
  CONFLICT,
  FORBIDDEN,
  newUnwritten,
  clockAt,
} from './support.ts'

const NEVER = new AbortController().signal
const issued = CERTIFICATE_SIGNING_REQUESTS.issued()
const failed = (cause: string): RequestUpdate => CERTIFICATE_SIGNING_REQUESTS.failed(cause)
const retried = (cause: string): RequestUpdate => CERTIFICATE_SIGNING_REQUESTS.retried(cause)
const ISSUED: SigningResult = {
  update: issued,
  issued: { chainPem: 'chain\n', caPem: 'ca\n' },
  outcome: { kind: 'done' },
}
const RETRIED: SigningResult = {
  update: retried('no route'),
  outcome: { kind: 'retry', message: 'no route' },
}

interface World {
  readonly request?: CertificateSigningRequest
  readonly issuer?: Issuer | undefined
  readonly errors?: readonly ApiError[]
  /** What each pass comes to, the last one from then on. */
  readonly signings?: readonly SigningResult[]
  readonly passes?: number
}

/** One pass or more over `web`. */
async function reconcile(world: World): Promise<{
  readonly outcome: unknown
  readonly writes: ReturnType<typeof aStatusWriter>['writes']
  readonly notes: readonly string[]
  readonly asked: number
}> {
  const { request = aSigningRequest(), errors = [], signings = [ISSUED], passes = 1 } = world
  const issuer = 'issuer' in world ? world.issuer : anIssuer({ kind: 'ClusterIssuer' })
  const status = aStatusWriter(errors)
  const events = anEventRecorder()
  let asked = 0
  const reconciler = new RequestReconciler({
    adapter: CERTIFICATE_SIGNING_REQUESTS,
    requests: { get: () => request, getLive: async () => Promise.resolve(ok(request)) },
    issuers: { find: () => issuer },
    signer: {
      sign: async () => {
        asked += 1
        return Promise.resolve(signings[Math.min(asked, signings.length) - 1] ?? ISSUED)
      },
    },
    approvals: { check: () => ({ kind: 'requeue-after', afterMs: 29_000 }) },
    statusWriter: status,
    events,
    reported: new ReportedMessages(),
    unwritten: newUnwritten(events),
    log: new RecordingLog(),
    clock: clockAt(() => CREATED_MS + 1_500),
  })
  let outcome: unknown
  for (let i = 0; i < passes; i += 1) outcome = await reconciler.reconcile('web', NEVER)
  const notes = events.events.map(({ type, reason, note }) => `${type} ${reason}: ${note}`)
  return { outcome, writes: status.writes, notes, asked }
}

describe('RequestReconciler for CertificateSigningRequests', () => {
  it('writes the certificate on the version that it decided on, and one event', async ({
    expect,
  }) => {
    const { outcome, writes, notes } = await reconcile({})
    expect(outcome).toEqual({ kind: 'done' })
    expect(writes).toEqual([
      {
        resource: CERTIFICATE_SIGNING_REQUESTS.resource,
        ref: { name: 'web' },
        resourceVersion: '9',
        // No root, and no condition: the certificate says it all.
        status: { certificate: 'Y2hhaW4K' },
      },
    ])
    expect(notes).toEqual(['Normal Issued: Succeeded signing the CertificateSigningRequest'])
  })

  it('emits an Event about a cluster-scoped object', async ({ expect }) => {
    const events = anEventRecorder()
    await new RequestReconciler({
      adapter: CERTIFICATE_SIGNING_REQUESTS,
      requests: {
        get: () => aSigningRequest(),
        getLive: async () => Promise.resolve(ok(undefined)),
      },
      issuers: { find: () => anIssuer({ kind: 'ClusterIssuer' }) },
      signer: { sign: async () => Promise.resolve(ISSUED) },
      approvals: { check: () => ({ kind: 'done' }) },
      statusWriter: aStatusWriter(),
      events,
      reported: new ReportedMessages(),
      unwritten: newUnwritten(events),
      log: new RecordingLog(),
      clock: clockAt(() => CREATED_MS),
    }).reconcile('web', NEVER)
    expect(events.events.map(({ regarding }) => regarding)).toEqual([
      {
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        name: 'web',
        uid: 'b7f1c9a0-0000-4000-8000-000000000002',
      },
    ])
  })

  it(
    'writes Failed with both times for what can never succeed',
    { tags: ['AC-24'] },
    async ({ expect }) => {
      const signing: SigningResult = { update: failed('no'), outcome: { kind: 'done' } }
      const { outcome, writes, notes } = await reconcile({ signings: [signing] })
      expect(outcome).toEqual({ kind: 'done' })
      const message = 'CertificateSigningRequest has failed permanently: no'
      expect(writes.map(({ status }) => status)).toEqual([
        {
          conditions: [
            {
              type: 'Failed',
              status: 'True',
              reason: 'Failed',
              message,
              lastTransitionTime: '2026-01-01T00:00:01Z',
              lastUpdateTime: '2026-01-01T00:00:01Z',
            },
          ],
        },
      ])
      expect(notes).toEqual([`Warning PermanentError: ${message}`])
    },
  )

  it('writes nothing for a temporary error, and reports it once', async ({ expect }) => {
    const { outcome, writes, notes, asked } = await reconcile({ signings: [RETRIED], passes: 3 })
    expect(outcome).toEqual(RETRIED.outcome)
    expect(writes).toEqual([])
    expect(notes).toEqual([
      'Warning RetryableError: Failed to sign CertificateSigningRequest, will retry: no route',
    ])
    expect(asked).toBe(3)
  })

  it('reports another error again, and the end of the errors', async ({ expect }) => {
    const other = { ...RETRIED, update: retried('reset') }
    const { notes } = await reconcile({ signings: [RETRIED, other, ISSUED], passes: 3 })
    expect(notes.map((note) => note.split(': ').at(-1))).toEqual([
      'no route',
      'reset',
      'Succeeded signing the CertificateSigningRequest',
    ])
  })

  it('writes nothing while it waits for its issuer, and reports it once', async ({ expect }) => {
    const { outcome, writes, notes, asked } = await reconcile({ issuer: undefined, passes: 2 })
    expect(outcome).toEqual({ kind: 'done' })
    expect({ writes, asked }).toEqual({ writes: [], asked: 0 })
    expect(notes).toEqual([
      'Normal WaitingForIssuerExist: clusterissuers.edge-issuer.dev "ca" not found. Waiting for it to be created.',
    ])
  })

  it.for([
    { name: 'denied', status: { conditions: [aCondition('Denied')] } },
    { name: 'finished', status: { certificate: 'YQ==' } },
  ])('does nothing about one that is $name', async ({ status }, { expect }) => {
    expect(await reconcile({ request: aSigningRequest({ status }) })).toEqual({
      outcome: { kind: 'done' },
      writes: [],
      notes: [],
      asked: 0,
    })
  })

  it('looks again later at one that is not approved', async ({ expect }) => {
    expect(await reconcile({ request: aSigningRequest({ status: { conditions: [] } }) })).toEqual({
      outcome: { kind: 'requeue-after', afterMs: 29_000 },
      writes: [],
      notes: [],
      asked: 0,
    })
  })

  it('a missing permission is reported once, and retried', async ({ expect }) => {
    const errors = [FORBIDDEN, FORBIDDEN]
    const { outcome, notes } = await reconcile({ errors, passes: 2 })
    expect(outcome).toMatchObject({ kind: 'retry', message: 'status not written: forbidden' })
    expect(notes).toEqual([
      'Warning StatusNotWritten: Status not written: forbidden. It should say Issued: Succeeded signing the CertificateSigningRequest',
    ])
  })

  it('decides again on the live object after a conflict', async ({ expect }) => {
    const { outcome, writes, asked } = await reconcile({ errors: [CONFLICT] })
    expect(outcome).toEqual({ kind: 'done' })
    expect(writes).toHaveLength(2)
    expect(asked).toBe(2)
  })

  it('emits one Event on an approved one for a namespaced issuer, and writes nothing', async ({
    expect,
  }) => {
    const request = aSigningRequest({ spec: { signerName: 'issuers.edge-issuer.dev/default.ca' } })
    const { outcome, writes, notes, asked } = await reconcile({ request, passes: 3 })
    expect({ outcome, writes, asked }).toEqual({ outcome: { kind: 'done' }, writes: [], asked: 0 })
    expect(notes).toEqual([
      expect.stringContaining('expected "clusterissuers.edge-issuer.dev/NAME"'),
    ])
  })
})
