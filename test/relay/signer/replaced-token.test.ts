import { ok } from '@edge-issuer/shared'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { createSignerClientAs, type SignerClient } from '../../../relay/src/signer/client.ts'
import { createClientKey } from '../../../relay/src/signer/credentials.ts'
import type { ServiceAccountToken } from '../../../relay/src/signer/worker-connection.ts'
import { type AnsweringServer, answerWith, startAnsweringServer } from './answering-server.ts'

const NEVER = new AbortController().signal
const REJECTED = {
  type: 'about:blank',
  title: 'Unauthorized',
  status: 401,
  code: 'credentials_rejected',
  class: 'issuer',
  detail: 'no',
}

let server: AnsweringServer

beforeAll(async () => {
  server = await startAnsweringServer()
})

afterAll(async () => {
  await server.stop()
})

/** @returns A client with tokens `a.b.1`, `a.b.2`, …, and what was replaced. */
function aClient(isReplaced: boolean) {
  const replaced: string[] = []
  const serviceAccount: ServiceAccountToken = {
    client: 'prod',
    read: async () => Promise.resolve(ok(`a.b.${String(replaced.length + 1)}`)),
    replace: async (rejected) => {
      if (isReplaced) replaced.push(rejected)
      return Promise.resolve(isReplaced)
    },
  }
  const credentials = { key: createClientKey(), serviceAccount }
  const client = createSignerClientAs(credentials, { url: server.url, caBundlePem: server.caPem })
  if (!client.ok) throw new Error(client.error)
  return { client: client.value, replaced }
}

const sentTokens = (): readonly unknown[] =>
  server.received.map(({ headers }) => headers['edge-issuer-token'])

async function callAndClose(
  client: SignerClient,
  call: (client: SignerClient) => Promise<unknown>,
): Promise<readonly unknown[]> {
  const before = server.received.length
  await call(client)
  await client.close()
  return sentTokens().slice(before)
}

describe('a request whose token the worker rejects', () => {
  it('is sent once more with another token', async ({ expect }) => {
    server.respond(answerWith(401, REJECTED))
    const { client, replaced } = aClient(true)
    const sent = await callAndClose(client, async (one) => one.health('default', NEVER))
    expect([sent, replaced]).toEqual([['a.b.1', 'a.b.2'], ['a.b.1']])
  })

  it('is not sent again when there is no other token', async ({ expect }) => {
    server.respond(answerWith(401, REJECTED))
    const { client } = aClient(false)
    const sent = await callAndClose(client, async (one) => {
      expect(await one.health('default', NEVER)).toMatchObject({
        error: {
          code: 'credentials_rejected',
          message: expect.stringContaining(
            'the request named client "prod" and had a ServiceAccount token',
          ),
        },
      })
    })
    expect(sent).toEqual(['a.b.1'])
  })

  it('is not sent again when something else is wrong', async ({ expect }) => {
    server.respond(answerWith(503, { ...REJECTED, status: 503, code: 'ledger_unavailable' }))
    const { client, replaced } = aClient(true)
    const sent = await callAndClose(client, async (one) => one.health('default', NEVER))
    expect([sent, replaced]).toEqual([['a.b.1'], []])
  })
})

it('keys are pushed under the token in use, which stays', async ({ expect }) => {
  server.respond(answerWith(401, REJECTED))
  const { client, replaced } = aClient(true)
  const keys = { keys: [{ kty: 'RSA' }], digest: 'digest' }
  const sent = await callAndClose(client, async (one) => one.pushTokenKeys('prod', keys, NEVER))
  expect([sent, replaced]).toEqual([['a.b.1'], []])
  expect(server.received.at(-1)).toMatchObject({
    method: 'POST',
    path: '/v1/clients/prod/jwks',
    body: '{"keys":[{"kty":"RSA"}]}',
    headers: { 'idempotency-key': 'digest' },
  })
})
