/**
 * What the worker says about a certificate, from its answer to the Event; and what it is not sent.
 */
import { ok, type SignAnswer, type SignRequest } from '@edge-issuer/shared'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import {
  basicConstraints,
  commonName,
  generalName,
  keyUsage,
  makeAuthority,
  makeKey,
  subjectAltName,
  toPem,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import type { AnyRequest } from '../../../relay/src/api/request.ts'
import { IssuerCooldowns } from '../../../relay/src/reconcile/issuer-cooldowns.ts'
import { ReportedMessages } from '../../../relay/src/reconcile/reported-messages.ts'
import { RequestReconciler } from '../../../relay/src/reconcile/request-reconciler.ts'
import { RequestSigner } from '../../../relay/src/reconcile/request-signer.ts'
import type { EventDraft } from '../../../relay/src/report/events.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { CERTIFICATE_SIGNING_REQUESTS } from '../../../relay/src/requests/certificate-signing-request.ts'
import type { RequestAdapter } from '../../../relay/src/requests/request-adapter.ts'
import { caFacts, rootFacts } from '../../support/health-answer.ts'
import { anIssuer, aRequest, aSigningRequest, CREATED_MS } from '../../support/kube-objects.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import {
  anEventRecorder,
  aSignerClient,
  aStatusWriter,
  newBreakers,
  newUnwritten,
  clockAt,
} from './support.ts'

const NEVER = new AbortController().signal
const key = makeKey('P-256')
const subject = commonName('web')
const names = subjectAltName(generalName.dns('web.example.com'))
const root = makeAuthority({ key: makeKey('P-256'), subject: commonName('Root') })
const request = btoa(toPem('CERTIFICATE REQUEST', makeCsr({ key, subject, extensions: [names] })))

const usages = ['digital signature']

const ANSWER: SignAnswer = {
  chain: makeAuthority({
    key,
    subject,
    issuer: root,
    extensions: [basicConstraints(false), keyUsage(0), names],
    notBefore: new Date(CREATED_MS),
    notAfter: new Date(CREATED_MS + 3_600_000),
  }).pem,
  ca: root.pem,
  serialNumber: '01',
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: '2026-01-01T01:00:00Z',
  clamped: null,
  replayed: false,
  ignored: [],
  warnings: [],
}

interface Ran {
  readonly events: readonly EventDraft[]
  readonly statuses: readonly unknown[]
  readonly log: RecordingLog
  readonly sent: readonly SignRequest[]
}

/** One pass over one request, to which the worker gives `answer`. */
async function run<R extends AnyRequest>(
  kind: RequestAdapter<R>,
  object: R,
  answer: Partial<SignAnswer>,
): Promise<Ran> {
  const status = aStatusWriter()
  const events = anEventRecorder()
  const log = new RecordingLog()
  const sent: SignRequest[] = []
  const client = aSignerClient({})
  const signer = new RequestSigner({
    adapter: kind,
    connections: {
      connect: async () =>
        Promise.resolve(
          ok({
            ...client,
            sign: async (_issuer: string, message: SignRequest) => {
              sent.push(message)
              return Promise.resolve(ok({ ...ANSWER, ...answer }))
            },
          }),
        ),
    },
    cooldowns: new IssuerCooldowns(),
    breakers: newBreakers(),
    queues: { enqueueRequests: () => undefined, enqueueIssuer: () => undefined },
    metrics: { signed: () => undefined },
    retryLimits: { maxRetryMs: 0, maxOutageRetryMs: 0 },
    clock: clockAt(() => CREATED_MS),
  })
  const reconciler = new RequestReconciler({
    adapter: kind,
    requests: { get: () => object, getLive: async () => Promise.resolve(ok(object)) },
    issuers: {
      find: () =>
        anIssuer({
          status: {
            authorities: [{ state: 'active', ...caFacts(root) }],
            roots: [rootFacts(root)],
          },
        }),
    },
    signer,
    approvals: { check: () => ({ kind: 'done' }) },
    statusWriter: status,
    events,
    reported: new ReportedMessages(),
    unwritten: newUnwritten(events),
    log,
    clock: clockAt(() => CREATED_MS),
  })
  await reconciler.reconcile('default/web-1', NEVER)
  return { events: events.events, statuses: status.writes.map((write) => write.status), log, sent }
}

const NOTICES = {
  ignored: ['the extension 1.3.6.1.4.1.311.20.2 (a template) is not certified'],
  warnings: ['GnuTLS refuses the common name; add a DNS name'],
}

describe('an answer with notices', () => {
  it('is one Event of a CertificateRequest; its condition stays as it is', async ({ expect }) => {
    const { events, statuses } = await run(
      CERTIFICATE_REQUESTS,
      aRequest({ spec: { request, usages } }),
      NOTICES,
    )
    expect(events.map(({ type, reason, note }) => ({ type, reason, note }))).toEqual([
      {
        type: 'Warning',
        reason: 'Issued',
        note:
          'Succeeded signing the CertificateRequest. Warnings: GnuTLS refuses the common name; add a ' +
          'DNS name. Ignored: the extension 1.3.6.1.4.1.311.20.2 (a template) is not certified',
      },
    ])
    expect(statuses).toMatchObject([
      { conditions: [{ reason: 'Issued', message: 'Succeeded signing the CertificateRequest' }] },
    ])
  })

  it('is one Event of a CertificateSigningRequest', async ({ expect }) => {
    const object = aSigningRequest({ spec: { request, usages } })
    const { events } = await run(CERTIFICATE_SIGNING_REQUESTS, object, {
      ignored: NOTICES.ignored,
    })
    expect(events.map(({ type, note }) => `${type} ${note}`)).toEqual([
      'Normal Succeeded signing the CertificateSigningRequest. Ignored: the extension 1.3.6.1.4.1.311.20.2 (a template) is not certified',
    ])
  })

  it('without notices says what it always said', async ({ expect }) => {
    const { events } = await run(CERTIFICATE_REQUESTS, aRequest({ spec: { request, usages } }), {})
    expect(events.map(({ type, note }) => `${type} ${note}`)).toEqual([
      'Normal Succeeded signing the CertificateRequest',
    ])
  })
})

const omitted = (log: RecordingLog): readonly unknown[] =>
  log.lines.filter(({ message }) => message.includes('groups of the requester were not sent'))

describe('the groups of a requester', () => {
  it.for([
    { name: 'few', groups: ['a', 'b'], kept: ['a', 'b'] },
    {
      name: 'as many bytes as there is room for',
      groups: Array.from({ length: 8 }, () => 'x'.repeat(1023)),
      kept: Array.from({ length: 8 }, () => 'x'.repeat(1023)),
    },
  ])('$name: all are sent', async ({ groups, kept }, { expect }) => {
    const object = aRequest({ spec: { request, usages, username: '12345678', groups } })
    const { sent, log } = await run(CERTIFICATE_REQUESTS, object, {})
    expect(sent.map(({ origin }) => origin.groups)).toEqual([kept])
    expect(omitted(log)).toEqual([])
  })

  it.for([
    {
      name: 'one byte more than there is room for',
      groups: [...Array.from({ length: 8 }, () => 'x'.repeat(1023)), 'y'],
      kept: Array.from({ length: 8 }, () => 'x'.repeat(1023)),
    },
    { name: 'one that is too long', groups: ['x'.repeat(1025), 'b'], kept: ['b'] },
    {
      name: 'too many',
      groups: Array.from({ length: 1500 }, () => 'g'),
      kept: Array.from({ length: 1024 }, () => 'g'),
    },
  ])('$name: the rest is omitted, and logged once', async ({ groups, kept }, { expect }) => {
    const object = aRequest({ spec: { request, usages, username: '12345678', groups } })
    const { sent, log, events } = await run(CERTIFICATE_REQUESTS, object, {})
    expect(sent.map(({ origin }) => origin.groups)).toEqual([kept])
    expect(events.map(({ reason }) => reason)).toEqual(['Issued'])
    expect(omitted(log)).toMatchObject([
      { fields: { omittedGroups: groups.length - kept.length, key: 'default/web-1' } },
    ])
  })
})
