import { err, ok, type Result, type SignAnswer } from '@edge-issuer/shared'
import { createCsr } from '@edge-issuer/testbed/pki/csr'
import { describe, it } from 'vitest'
import type { SignerError } from '../../../relay/src/api/signer-error.ts'
import { IssuerCooldowns } from '../../../relay/src/reconcile/issuer-cooldowns.ts'
import { RequestSigner, type SigningResult } from '../../../relay/src/reconcile/request-signer.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { breakerScope, CircuitBreakers } from '../../../relay/src/signer/circuit-breaker.ts'
import type { ConnectError } from '../../../relay/src/signer/connect-error.ts'
import { anIssuer, aRequest, CREATED_MS } from '../../support/kube-objects.ts'
import { aSignerClient, newBreakers, clockAt } from './support.ts'

const NEVER = new AbortController().signal
const HOUR_MS = 3_600_000
const issuer = anIssuer()
const request = aRequest({
  spec: { request: btoa(createCsr({ dnsNames: ['web.example.com'] }).pem) },
})

interface World {
  readonly answer?: Result<SignAnswer, SignerError>
  readonly connect?: ConnectError
  readonly nowMs?: number
  readonly maxRetryDuration?: string
  readonly csr?: string
}

async function sign(world: World): Promise<{
  readonly signing: SigningResult
  readonly enqueued: number
  readonly cooldowns: IssuerCooldowns
}> {
  const cooldowns = new IssuerCooldowns()
  let enqueued = 0
  const signer = new RequestSigner({
    adapter: CERTIFICATE_REQUESTS,
    connections: {
      connect: async () =>
        Promise.resolve(
          world.connect === undefined
            ? ok(aSignerClient(world.answer === undefined ? {} : { sign: world.answer }))
            : err(world.connect),
        ),
    },
    cooldowns,
    breakers: newBreakers(),
    queues: {
      enqueueRequests: () => undefined,
      enqueueIssuer: () => {
        enqueued += 1
      },
    },
    metrics: { signed: () => undefined },
    retryLimits: { maxRetryMs: HOUR_MS, maxOutageRetryMs: 24 * HOUR_MS },
    clock: clockAt(() => world.nowMs ?? CREATED_MS),
  })
  const { maxRetryDuration } = world
  const signing = await signer.sign(
    world.csr === undefined ? request : aRequest({ spec: { request: world.csr } }),
    maxRetryDuration === undefined ? issuer : anIssuer({ spec: { maxRetryDuration } }),
    NEVER,
  )
  return { signing, enqueued, cooldowns }
}

/** No chain at all. */
const REFUSED_ANSWER: SignAnswer = {
  chain: '',
  ca: '',
  serialNumber: '01',
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: '2026-01-02T00:00:00Z',
  clamped: null,
  replayed: false,
  ignored: [],
  warnings: [],
}

const failure = (fields: Partial<SignerError>): Result<never, SignerError> =>
  err({ class: 'temporary', code: 'transport_error', message: 'because', ...fields })

/** Circuit breakers whose time a test turns by hand, and a worker whose answer it may change. */
function aGuardedWorld(first: Result<SignAnswer, SignerError>): {
  readonly sign: () => Promise<SigningResult>
  readonly answer: (next: Result<SignAnswer, SignerError>) => void
  readonly calls: () => number
  readonly advance: (byMs: number) => void
  /** Scopes whose requests were enqueued. */
  readonly enqueued: readonly string[]
} {
  let answer = first
  let calls = 0
  let uptimeMs = 0
  const enqueued: string[] = []
  const client = {
    ...aSignerClient({}),
    sign: async () => {
      calls += 1
      return Promise.resolve(answer)
    },
  }
  const signer = new RequestSigner({
    adapter: CERTIFICATE_REQUESTS,
    connections: { connect: async () => Promise.resolve(ok(client)) },
    cooldowns: new IssuerCooldowns(),
    breakers: new CircuitBreakers({ uptimeMs: () => uptimeMs, random: () => 0 }),
    queues: { enqueueRequests: (scope) => enqueued.push(scope), enqueueIssuer: () => undefined },
    metrics: { signed: () => undefined },
    retryLimits: { maxRetryMs: 0, maxOutageRetryMs: 0 },
    clock: clockAt(() => CREATED_MS),
  })
  return {
    sign: async () => signer.sign(request, issuer, NEVER),
    answer: (next) => {
      answer = next
    },
    calls: () => calls,
    advance: (byMs) => {
      uptimeMs += byMs
    },
    enqueued,
  }
}

describe('RequestSigner', () => {
  it('fails a request that cannot be said, without asking', async ({ expect }) => {
    const { signing } = await sign({ csr: '%' })
    expect(signing).toMatchObject({
      update: { reason: 'Failed', message: expect.stringContaining('spec.request is not base64') },
      outcome: { kind: 'done' },
    })
  })

  it('keeps the request id of the worker when it does not accept the answer', async ({
    expect,
  }) => {
    const answer = { ...REFUSED_ANSWER, requestId: 'an-id' }
    const { signing } = await sign({ answer: ok(answer) })
    expect(signing.update.message).toMatch(/; request id an-id$/)
  })

  it('retries a temporary error, not before the time that the worker named', async ({ expect }) => {
    const { signing, enqueued } = await sign({ answer: failure({ retryAfterMs: 9_000 }) })
    expect(signing.update.reason).toBe('Pending')
    expect(signing.outcome).toEqual({ kind: 'retry', message: 'because', minimumMs: 9_000 })
    expect(enqueued).toBe(0)
  })

  it.for([
    { name: 'within the limit', nowMs: CREATED_MS + 24 * HOUR_MS, want: 'Pending' },
    { name: 'past the limit of outages', nowMs: CREATED_MS + 24 * HOUR_MS + 1, want: 'Failed' },
    {
      name: 'past the limit of other errors',
      answer: failure({ code: 'internal_error' }),
      nowMs: CREATED_MS + HOUR_MS + 1,
      want: 'Failed',
    },
    {
      name: 'past the issuer’s own, shorter limit',
      nowMs: CREATED_MS + 60_001,
      maxRetryDuration: '1m',
      want: 'Failed',
    },
    {
      name: 'an issuer without a limit',
      nowMs: CREATED_MS * 2,
      maxRetryDuration: '0',
      want: 'Pending',
    },
  ])('a temporary error $name is $want', async ({ want, ...world }, { expect }) => {
    const { signing } = await sign({ answer: failure({}), ...world })
    expect(signing.update.reason).toBe(want)
  })

  it(
    'starts a cooldown for the issuer that the worker refuses, and enqueues it; the request is retried after the cooldown',
    { tags: ['AC-14'] },
    async ({ expect }) => {
      const { signing, enqueued, cooldowns } = await sign({ answer: failure({ class: 'issuer' }) })
      expect(signing.update.reason).toBe('Pending')
      expect(signing.outcome).toEqual({ kind: 'retry', message: 'because', minimumMs: 5_000 })
      expect(enqueued).toBe(1)
      expect(cooldowns.current(issuer.metadata.uid, CREATED_MS)?.message).toBe('because')
    },
  )

  it.for([
    { kind: 'credentials', held: true },
    { kind: 'spec', held: true },
    { kind: 'api', held: false },
  ] as const)('an error of the $kind while connecting', async ({ kind, held }, { expect }) => {
    const { signing, cooldowns } = await sign({ connect: { kind, message: 'because' } })
    expect(signing).toMatchObject({ update: { reason: 'Pending' }, outcome: { kind: 'retry' } })
    expect(cooldowns.current(issuer.metadata.uid, CREATED_MS) !== undefined).toBe(held)
  })

  it('after five calls without a response calls no more, and says why; the next is a probe', async ({
    expect,
  }) => {
    const silent = aGuardedWorld(failure({ message: 'cannot reach it' }))
    for (let call = 0; call < 5; call += 1) await silent.sign()
    const waiting = await silent.sign()
    expect(silent.calls()).toBe(5)
    expect(waiting.update).toMatchObject({
      reason: 'Pending',
      message:
        'Failed to sign CertificateRequest, will retry: 5 consecutive calls failed, the last one with: cannot reach it; waiting until a probe succeeds',
    })
    expect(waiting.outcome).toMatchObject({ kind: 'retry', minimumMs: 5_000 })
    silent.advance(5_000)
    const probe = await silent.sign()
    expect(silent.calls()).toBe(6)
    // The same text, so that neither an Event nor a status write follows.
    expect(probe.update).toEqual(waiting.update)
    expect(silent.enqueued).toEqual([])
  })

  it('closes the breaker after a successful probe, and enqueues the waiting requests', async ({
    expect,
  }) => {
    const world = aGuardedWorld(failure({}))
    for (let call = 0; call < 5; call += 1) await world.sign()
    world.advance(5_000)
    world.answer(failure({ code: 'rate_limited', message: 'busy' }))
    const probe = await world.sign()
    expect(probe.update.message).toContain('busy')
    expect(world.enqueued).toEqual([breakerScope(issuer)])
    await world.sign()
    expect(world.calls()).toBe(7)
  })

  it('is not stopped by a worker that responds, whatever it says', async ({ expect }) => {
    const world = aGuardedWorld(failure({ code: 'answer_malformed' }))
    for (let call = 0; call < 10; call += 1) await world.sign()
    expect(world.calls()).toBe(10)
  })

  it('polls a worker that asks for patience', { tags: ['AC-13'] }, async ({ expect }) => {
    const answer = failure({ class: 'pending', retryAfterMs: 3_000 })
    const { signing } = await sign({ answer, nowMs: CREATED_MS * 2 })
    expect(signing).toMatchObject({
      update: { reason: 'Pending', event: { type: 'Normal' } },
      outcome: { kind: 'requeue-after', afterMs: 3_000 },
    })
  })

  it('fails what the worker says can never succeed', { tags: ['AC-11'] }, async ({ expect }) => {
    const { signing } = await sign({ answer: failure({ class: 'permanent' }) })
    expect(signing).toMatchObject({ update: { reason: 'Failed' }, outcome: { kind: 'done' } })
  })

  it('writes no certificate that was not asked for', { tags: ['AC-15'] }, async ({ expect }) => {
    const answer = ok({
      chain: 'hello',
      ca: 'hello',
      serialNumber: '01',
      notBefore: '2026-01-01T00:00:00Z',
      notAfter: '2026-01-01T01:00:00Z',
      clamped: null,
      replayed: false,
      ignored: [],
      warnings: [],
    })
    const { signing } = await sign({ answer })
    expect(signing).toMatchObject({ update: { reason: 'Pending' }, outcome: { kind: 'retry' } })
    expect(signing.issued).toBeUndefined()
  })
})
