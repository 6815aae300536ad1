import { err, type Result } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { SignerError } from '../../../relay/src/api/signer-error.ts'
import type { SignerClient } from '../../../relay/src/signer/client.ts'
import {
  concealErrors,
  LEAST_FAILURE_MS,
  NO_WORKER,
} from '../../../relay/src/signer/concealed-client.ts'
import { frozenClock, type LogLine, memoryLog } from './open-connections.ts'
import { REQUEST } from './sign-request.ts'

const NEVER = new AbortController().signal
const REQUEST_ID = '00000000-0000-4000-8000-000000000000'

const failure = (fields: Partial<SignerError> = {}): Result<never, SignerError> =>
  err({ class: 'temporary', code: 'transport_error', message: 'ECONNREFUSED', ...fields })

/** A client that gives one result after the other, for either call. */
function aClient(...results: readonly Result<never, SignerError>[]): {
  readonly client: SignerClient
  readonly lines: readonly LogLine[]
  readonly delaysMs: readonly number[]
} {
  const left = [...results]
  const next = async (): Promise<Result<never, SignerError>> =>
    Promise.resolve(left.shift() ?? failure())
  const clock = frozenClock()
  const { log, lines } = memoryLog()
  const inner = {
    keyId: 'k',
    sign: next,
    health: next,
    pushTokenKeys: next,
    retire: () => undefined,
    close: async () => Promise.resolve(),
  }
  const issuer = log.child({ issuer: 'Issuer team/ca' })
  return { client: concealErrors(inner, { clock, log: issuer }), lines, delaysMs: clock.delaysMs }
}

describe('concealErrors', () => {
  it.for([
    {},
    { code: 'tls_untrusted', class: 'issuer', message: 'not in the names: DNS:db.internal' },
    { code: 'answer_malformed', class: 'issuer', message: 'status 404' },
    { code: 'answer_malformed', message: 'status 503', retryAfterMs: 60_000 },
    { code: 'answer_malformed', message: 'no problem document', requestId: REQUEST_ID },
  ] as const)('gives %j one text, class and time', async (fields, { expect }) => {
    const { client, delaysMs } = aClient(failure(fields), failure(fields))
    const want = err({ class: 'temporary', code: 'transport_error', message: NO_WORKER })
    expect(await client.health('default', NEVER)).toEqual(want)
    expect(await client.sign('default', REQUEST, NEVER)).toEqual(want)
    expect(delaysMs).toEqual([LEAST_FAILURE_MS, LEAST_FAILURE_MS])
  })

  it.for([
    { code: 'credentials_rejected', class: 'issuer', message: 'refused' },
    { code: 'protocol_mismatch', class: 'issuer', message: 'version 9' },
    { code: 'rate_limited', message: 'refused', retryAfterMs: 60_000 },
    { code: 'answer_pending', class: 'pending', message: 'still working on it' },
  ] as const)('leaves what a worker says: %j', async (fields, { expect }) => {
    const { client, lines, delaysMs } = aClient(failure(fields))
    expect(await client.health('default', NEVER)).toEqual(failure(fields))
    expect({ lines, delaysMs }).toEqual({ lines: [], delaysMs: [] })
  })

  it('does not delay the retry of a worker that has responded before', async ({ expect }) => {
    const { client, delaysMs } = aClient(failure({ code: 'rate_limited' }), failure())
    await client.health('default', NEVER)
    expect(await client.health('default', NEVER)).toMatchObject({ error: { message: NO_WORKER } })
    expect(delaysMs).toEqual([])
  })

  it('logs the error once, with the issuer, the request and the request id', async ({ expect }) => {
    const malformed = failure({ code: 'answer_malformed', message: 'bad', requestId: REQUEST_ID })
    const { client, lines } = aClient(malformed, malformed, failure())
    await client.sign('default', REQUEST, NEVER)
    await client.sign('default', REQUEST, NEVER)
    await client.health('default', NEVER)
    expect(lines).toMatchObject([
      {
        level: 'warn',
        issuer: 'Issuer team/ca',
        request: 'default/web-1',
        code: 'answer_malformed',
        error: 'bad',
        requestId: REQUEST_ID,
        message: 'no usable response from the worker',
      },
      { level: 'debug', error: 'bad' },
      { level: 'warn', issuer: 'Issuer team/ca', code: 'transport_error', error: 'ECONNREFUSED' },
    ])
  })
})
