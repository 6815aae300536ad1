/**
 * A cut-over that the relay did not hear of: the request waits for one check of its issuer, and for
 * nothing else.
 *
 * @module
 */
import { err, type HealthAnswer, ok, type Result, type SignAnswer } from '@edge-issuer/shared'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import {
  type Authority,
  basicConstraints,
  commonName,
  extKeyUsage,
  generalName,
  keyUsage,
  makeAuthority,
  makeKey,
  subjectAltName,
  toPem,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { ISSUER } from '../../../relay/src/api/group.ts'
import type { Issuer } from '../../../relay/src/api/issuer.ts'
import { shouldReconcileRequestsOf } from '../../../relay/src/manager/predicates.ts'
import { IssuerCooldowns } from '../../../relay/src/reconcile/issuer-cooldowns.ts'
import { IssuerReconciler } from '../../../relay/src/reconcile/issuer-reconciler.ts'
import { Reminders } from '../../../relay/src/reconcile/reminders.ts'
import { RequestSigner, type SigningResult } from '../../../relay/src/reconcile/request-signer.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import type { SignerClient } from '../../../relay/src/signer/client.ts'
import {
  aHealthAnswer,
  caFacts as facts,
  type IssuerCa,
  rootFacts,
  sha256Of as sha256,
} from '../../support/health-answer.ts'
import { aCondition, anIssuer, aRequest, CREATED_MS } from '../../support/kube-objects.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import {
  anEventRecorder,
  aSignerClient,
  aStatusWriter,
  newBreakers,
  newUnwritten,
  UNAVAILABLE,
  clockAt,
} from './support.ts'

const NEVER = new AbortController().signal
const DAY_MS = 86_400_000
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'

const A = makeAuthority({ key: makeKey('P-256'), subject: commonName('A') })
const B = makeAuthority({ key: makeKey('P-256'), subject: commonName('B') })

const key = makeKey('P-256')
const subject = commonName('web')
const names = subjectAltName(generalName.dns('web.example.com'))
const csrPem = toPem('CERTIFICATE REQUEST', makeCsr({ key, subject, extensions: [names] }))
const request = aRequest({ spec: { request: btoa(csrPem) } })

const health = (ca: Authority, ...others: readonly IssuerCa[]): HealthAnswer =>
  aHealthAnswer(ca, others)

const answer = (issuer: Authority): SignAnswer => ({
  chain: makeAuthority({
    key,
    subject,
    issuer,
    extensions: [basicConstraints(false), keyUsage(0), extKeyUsage(SERVER_AUTH), names],
    notBefore: new Date(now()),
    notAfter: new Date(now() + 3_600_000),
  }).pem,
  ca: issuer.pem,
  serialNumber: '01',
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: '2026-01-01T01:00:00Z',
  clamped: null,
  replayed: false,
  ignored: [],
  warnings: [],
})

const READY = aCondition('Ready', {
  reason: 'Checked',
  message: 'Succeeded checking the issuer',
  observedGeneration: 2,
})

const seeing = (ca: Authority): Issuer =>
  anIssuer({
    status: {
      conditions: [READY],
      ca: facts(ca),
      authorities: [{ sha256: sha256(ca), state: 'active', notAfter: facts(ca).notAfter }],
      roots: [rootFacts(ca)],
    },
  })

const now = (): number => CREATED_MS + DAY_MS

/** One relay that speaks to one worker, a day after the request was made. */
function aWorld(client: SignerClient): {
  readonly sign: (issuer: Issuer) => Promise<SigningResult>
  readonly check: (issuer: Issuer) => Promise<Issuer>
  readonly enqueued: () => number
} {
  const cooldowns = new IssuerCooldowns()
  let enqueued = 0
  const connect = async (): Promise<Result<SignerClient, never>> => Promise.resolve(ok(client))
  const signer = new RequestSigner({
    adapter: CERTIFICATE_REQUESTS,
    connections: { connect },
    cooldowns,
    breakers: newBreakers(),
    queues: {
      enqueueRequests: () => undefined,
      enqueueIssuer: () => {
        enqueued += 1
      },
    },
    metrics: { signed: () => undefined },
    retryLimits: { maxRetryMs: 60_000, maxOutageRetryMs: 60_000 },
    clock: clockAt(now),
  })
  return {
    sign: async (issuer) => signer.sign(request, issuer, NEVER),
    check: async (issuer) => {
      const status = aStatusWriter()
      await new IssuerReconciler({
        resource: ISSUER,
        store: { get: () => issuer, countBy: () => 1 },
        connections: { connect },
        reader: { readDetails: async () => Promise.resolve(err(UNAVAILABLE)) },
        cooldowns,
        breakers: newBreakers(),
        reminders: new Reminders(),
        lifetimes: { longestMs: () => 0 },
        metrics: { checked: () => undefined },
        statusWriter: status,
        events: anEventRecorder(),
        unwritten: newUnwritten(),
        log: new RecordingLog(),
        clock: clockAt(now),
        checkIntervalMs: 60_000,
        random: () => 0.5,
      }).reconcile('default/ca', NEVER)
      const [write] = status.writes
      return write === undefined ? issuer : anIssuer({ status: write.status })
    },
    enqueued: () => enqueued,
  }
}

describe('a root that the last check did not see', () => {
  it('waits for a check at once, and is issued after it', async ({ expect }) => {
    const signed = { ...answer(A), ca: A.pem + B.pem }
    const world = aWorld(
      aSignerClient({ sign: ok(signed), health: ok(health(A, { ca: B, state: 'next' })) }),
    )
    const before = seeing(A)
    const waiting = await world.sign(before)
    expect(waiting).toMatchObject({ outcome: { kind: 'retry', minimumMs: 0 } })
    expect(waiting.update.message).toContain(`comes with a root with fingerprint ${sha256(B)}`)
    expect(waiting.issued).toBeUndefined()
    expect(world.enqueued()).toBe(1)

    const after = await world.check(before)
    expect(shouldReconcileRequestsOf({ before, after })).toBe(true)
    expect(await world.sign(after)).toMatchObject({ update: { reason: 'Issued' } })
  })

  it('waits after an upgrade from a relay that did not write the roots', async ({ expect }) => {
    const world = aWorld(aSignerClient({ sign: ok(answer(A)), health: ok(health(A)) }))
    const { ca, authorities } = seeing(A).status
    const before = anIssuer({ status: { ca, authorities, conditions: [READY] } })
    expect((await world.sign(before)).issued).toBeUndefined()
    const after = await world.check(before)
    expect(shouldReconcileRequestsOf({ before, after })).toBe(true)
    expect(await world.sign(after)).toMatchObject({ update: { reason: 'Issued' } })
  })
})

describe('a certificate by a CA that the last check did not see', () => {
  it('waits for a check at once, and is issued after it', async ({ expect }) => {
    const world = aWorld(aSignerClient({ sign: ok(answer(B)), health: ok(health(B)) }))
    const before = seeing(A)
    const waiting = await world.sign(before)
    expect(waiting).toMatchObject({
      update: { status: 'False', reason: 'Pending' },
      outcome: { kind: 'retry', minimumMs: 0 },
    })
    expect(waiting.update.message).toContain(`signed by a CA with fingerprint ${sha256(B)}`)
    expect(waiting.issued).toBeUndefined()
    expect(world.enqueued()).toBe(1)

    const after = await world.check(before)
    expect(after.status).toMatchObject({
      conditions: [{ status: 'True' }],
      authorities: [{ sha256: sha256(B) }],
    })
    expect(shouldReconcileRequestsOf({ before, after })).toBe(true)
    expect(await world.sign(after)).toMatchObject({ update: { reason: 'Issued' } })
  })

  it('never fails for it, and leaves the issuer Ready, if no check sees it', async ({ expect }) => {
    const world = aWorld(aSignerClient({ sign: ok(answer(B)), health: ok(health(A)) }))
    const before = seeing(A)
    expect(await world.sign(before)).toMatchObject({ update: { reason: 'Pending' } })
    const after = await world.check(before)
    expect(after).toBe(before)
    expect(await world.sign(after)).toMatchObject({ outcome: { kind: 'retry' } })
  })

  it('waits for the check that succeeds', async ({ expect }) => {
    const down = err({ class: 'temporary', code: 'transport_error', message: 'no route' } as const)
    const world = aWorld(aSignerClient({ sign: ok(answer(B)), health: down }))
    const after = await world.check(seeing(A))
    expect(after.status).toMatchObject({ conditions: [{ status: 'False' }] })
    expect(after.status.authorities).toEqual(seeing(A).status.authorities)
  })
})

it('a certificate from before the cut-over is issued after it', async ({ expect }) => {
  const world = aWorld(aSignerClient({ sign: ok({ ...answer(A), replayed: true }) }))
  const issuer = anIssuer({
    status: {
      ca: facts(B),
      authorities: [
        { sha256: sha256(A), state: 'retiring', notAfter: facts(A).notAfter },
        { sha256: sha256(B), state: 'active', notAfter: facts(B).notAfter },
      ],
      roots: [rootFacts(A), rootFacts(B)],
    },
  })
  expect(await world.sign(issuer)).toMatchObject({ update: { reason: 'Issued' } })
})
