import { generateKeyPairSync, verify } from 'node:crypto'
import { PROTOCOL_VERSION, readSignature, signatureBase } from '@edge-issuer/shared'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { z } from 'zod'
import { openWorker, type WorkerConnection } from '../../../relay/src/signer/worker-connection.ts'
import { type AnsweringServer, answerWith, startAnsweringServer } from './answering-server.ts'

const NEVER = new AbortController().signal
const MAX_ANSWER_BYTES = 64
const ANYTHING = z.unknown()
const keys = generateKeyPairSync('ed25519')

let server: AnsweringServer
let worker: WorkerConnection

beforeAll(async () => {
  server = await startAnsweringServer()
  const opened = openWorker(
    {
      url: `${server.url}/prefix/`,
      privateKeyPem: keys.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
      caBundlePem: server.caPem,
    },
    MAX_ANSWER_BYTES,
  )
  if (!opened.ok) throw new Error(opened.error)
  worker = opened.value
})

afterAll(async () => {
  await worker.close()
  await server.stop()
})

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
    const read = readSignature('GET', {
      signatureInput: String(request?.headers['signature-input']),
      signature: String(request?.headers['signature']),
    })
    expect(read).toBeDefined()
    if (read === undefined) return
    const base = signatureBase(
      {
        method: 'GET',
        targetUri: `${server.url}/prefix${path}`,
        protocolVersion: PROTOCOL_VERSION,
      },
      read.parameters,
    )
    expect(verify(null, Buffer.from(base), keys.publicKey, read.signature)).toBe(true)
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
