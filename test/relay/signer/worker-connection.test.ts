import { createHash, generateKeyPairSync, verify } from 'node:crypto'
import {
  contentDigest,
  err,
  ok,
  PROTOCOL_VERSION,
  readSignature,
  type Result,
  signatureBase,
  type SignedMessage,
} from '@edge-issuer/shared'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { z } from 'zod'
import type { SignerError } from '../../../relay/src/api/signer-error.ts'
import {
  openWorker,
  type SendRequest,
  type WorkerConnection,
  type WorkerOptions,
} from '../../../relay/src/signer/worker-connection.ts'
import { type AnsweringServer, answerWith, startAnsweringServer } from './answering-server.ts'

const NEVER = new AbortController().signal
const MAX_ANSWER_BYTES = 64
const ANYTHING = z.unknown()
const keys = generateKeyPairSync('ed25519')
const WITH_BODY = { path: '/v1/x', body: '{"a":1}', idempotencyKey: 'uid-1' }
const BODY_MESSAGE = {
  contentDigest: contentDigest(createHash('sha256').update(WITH_BODY.body).digest()),
  idempotencyKey: 'uid-1',
}

let server: AnsweringServer
let worker: WorkerConnection

beforeAll(async () => {
  server = await startAnsweringServer()
  worker = open({})
})

afterAll(async () => {
  await worker.close()
  await server.stop()
})

function open(options: Partial<WorkerOptions>): WorkerConnection {
  const opened = openWorker(
    {
      url: `${server.url}/prefix/`,
      privateKeyPem: keys.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      caBundlePem: server.caPem,
      ...options,
    },
    MAX_ANSWER_BYTES,
  )
  if (!opened.ok) throw new Error(opened.error)
  return opened.value
}

/** Whether the key signed exactly this message. */
function isSigned(
  request: AnsweringServer['received'][number] | undefined,
  unversioned: Omit<SignedMessage, 'protocolVersion'>,
): boolean {
  const message = { ...unversioned, protocolVersion: PROTOCOL_VERSION }
  const read = readSignature(message, {
    signatureInput: String(request?.headers['signature-input']),
    signature: String(request?.headers['signature']),
  })
  if (read === undefined) return false
  const base = Buffer.from(signatureBase(message, read.parameters))
  return verify(null, base, keys.publicKey, read.signature)
}

describe('openWorker', () => {
  it.for([
    '/v1/things',
    '/v1/things?a=1&b=2',
    // What the URL parser would write in another way must arrive as it was signed.
    "/v1/things?name=a'b",
    '/v1/things?name=%2a%7E',
    '/v1/things?',
  ])('sends %s exactly as it is signed', async (path, { expect }) => {
    server.respond(answerWith(200, {}))
    expect(await worker.get(path, ANYTHING, NEVER)).toEqual({ ok: true, value: { value: {} } })
    const request = server.received.at(-1)
    expect(request).toMatchObject({ method: 'GET', path: `/prefix${path}`, body: '' })
    expect(isSigned(request, { method: 'GET', targetUri: `${server.url}/prefix${path}` })).toBe(
      true,
    )
  })

  it.for<[name: string, sent: SendRequest, headers: Readonly<Record<string, string>>]>([
    [
      'PUT if-match',
      { ...WITH_BODY, method: 'PUT', precondition: { header: 'if-match', value: '"7"' } },
      { 'if-match': '"7"', 'idempotency-key': 'uid-1', 'content-type': 'application/json' },
    ],
    [
      'PUT if-none-match',
      { ...WITH_BODY, method: 'PUT', precondition: { header: 'if-none-match', value: '*' } },
      { 'if-none-match': '*', 'idempotency-key': 'uid-1' },
    ],
    [
      'DELETE',
      { method: 'DELETE', path: '/v1/x', precondition: { header: 'if-match', value: '"7"' } },
      { 'if-match': '"7"' },
    ],
  ])('sends and signs a %s', async ([, sent, headers], { expect }) => {
    server.respond(answerWith(200, {}))
    expect(await worker.send(sent, ANYTHING, NEVER)).toEqual({ ok: true, value: { value: {} } })
    const { method, body = '', path, precondition } = sent
    const request = server.received.at(-1)
    expect(request).toMatchObject({ method, path: `/prefix${path}`, body, headers })
    const message = {
      method,
      targetUri: `${server.url}/prefix${path}`,
      ...(body === '' ? {} : { body: BODY_MESSAGE }),
      ...(precondition === undefined ? {} : { precondition }),
    }
    expect(isSigned(request, message)).toBe(true)
    expect(isSigned(request, { ...message, targetUri: server.url })).toBe(false)
  })

  it('sends the ServiceAccount token of the moment, signed with its client and key', async ({
    expect,
  }) => {
    let tokens = 0
    const read = async (): Promise<Result<string, never>> => {
      tokens += 1
      return Promise.resolve(ok(`a.b.${String(tokens)}`))
    }
    const withToken = open({ serviceAccount: { client: 'cluster-1', read } })
    server.respond(answerWith(200, {}))
    await withToken.get('/v1/x', ANYTHING, NEVER)
    expect((await withToken.get('/v1/x', ANYTHING, NEVER)).ok).toBe(true)
    await withToken.close()
    const { x: publicKey = '' } = keys.publicKey.export({ format: 'jwk' })
    const request = server.received.at(-1)
    expect(request?.headers).toMatchObject({
      'edge-issuer-client': 'cluster-1',
      'edge-issuer-key': publicKey,
      'edge-issuer-token': 'a.b.2',
    })
    const message = { method: 'GET', targetUri: `${server.url}/prefix/v1/x` } as const
    const credential = { client: 'cluster-1', publicKey, token: 'a.b.2' }
    expect(isSigned(request, { ...message, credential })).toBe(true)
    expect(isSigned(request, message)).toBe(false)
  })

  it('sends nothing without a token', async ({ expect }) => {
    const error = { class: 'temporary', code: 'credentials_unusable', message: 'no token' } as const
    const read = async (): Promise<Result<string, SignerError>> => Promise.resolve(err(error))
    const withToken = open({ serviceAccount: { client: 'cluster-1', read } })
    const { length } = server.received
    expect(await withToken.get('/v1/x', ANYTHING, NEVER)).toEqual({ ok: false, error })
    await withToken.close()
    expect(server.received).toHaveLength(length)
  })

  it('reads an answer as long as it may be, and none that is longer', async ({ expect }) => {
    server.respond(answerWith(200, 'x'.repeat(MAX_ANSWER_BYTES)))
    expect(await worker.getText('/v1/text', NEVER)).toEqual({
      ok: true,
      value: 'x'.repeat(MAX_ANSWER_BYTES),
    })
    server.respond(answerWith(200, 'x'.repeat(MAX_ANSWER_BYTES + 1)))
    expect(await worker.getText('/v1/text', NEVER)).toMatchObject({
      error: { class: 'temporary', message: expect.stringContaining('longer than 64 bytes') },
    })
  })

  it('takes no text for an answer that comes from a stranger', async ({ expect }) => {
    server.respond((response) => response.writeHead(200).end('welcome'))
    expect(await worker.getText('/v1/text', NEVER)).toMatchObject({
      error: { code: 'answer_malformed' },
    })
  })
})
