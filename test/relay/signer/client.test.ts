import { createHash, generateKeyPairSync, type KeyObject, verify } from 'node:crypto'
import {
  contentDigest,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  readSignature,
  signatureBase,
} from '@edge-issuer/shared'
import { createAuthority } from '@edge-issuer/testbed/pki/pki'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { createSignerClient, type SignerClient } from '../../../relay/src/public/signer.ts'
import {
  type AnsweringServer,
  answerWith,
  type Received,
  startAnsweringServer,
} from './answering-server.ts'
import { ANSWER, REQUEST } from './sign-request.ts'

const NEVER = new AbortController().signal
const NOTHING: Received = { method: '', path: '', headers: {}, body: '' }

let server: AnsweringServer
let publicKey: KeyObject
let privateKeyPem: string

beforeAll(async () => {
  server = await startAnsweringServer()
  const pair = generateKeyPairSync('ed25519')
  publicKey = pair.publicKey
  privateKeyPem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
})

afterAll(async () => server.stop())

const askHealth = async (client: SignerClient): Promise<unknown> => client.health('default', NEVER)

/** A client of the server, closed after `use`. */
async function withClient<T>(
  options: Partial<Parameters<typeof createSignerClient>[0]>,
  use: (client: SignerClient) => Promise<T>,
): Promise<T> {
  const client = createSignerClient({
    url: server.url,
    privateKeyPem,
    caBundlePem: server.caPem,
    ...options,
  })
  if (!client.ok) throw new Error(client.error)
  try {
    return await use(client.value)
  } finally {
    await client.value.close()
  }
}

describe('createSignerClient', () => {
  it('reads the answer of an older worker that sends no notices', async ({ expect }) => {
    const { ignored: _ignored, warnings: _warnings, ...older } = ANSWER
    server.respond(answerWith(201, older, '1.2'))
    const answer = await withClient({}, async (client) => client.sign('default', REQUEST, NEVER))
    expect(answer).toEqual({ ok: true, value: ANSWER })
  })

  it('reads notices', async ({ expect }) => {
    const noted = { ...ANSWER, ignored: ['a'], warnings: ['b', 'c'] }
    server.respond(answerWith(201, noted))
    const answer = await withClient({}, async (client) => client.sign('default', REQUEST, NEVER))
    expect(answer).toEqual({ ok: true, value: noted })
  })

  it('signs what it sends, so that the other side can rebuild and verify it', async ({
    expect,
  }) => {
    server.respond(answerWith(201, ANSWER))
    const answer = await withClient({ url: `${server.url}/prefix/` }, async (client) =>
      client.sign('default', REQUEST, NEVER),
    )
    expect(answer).toEqual({ ok: true, value: ANSWER })
    const [{ method, path, headers, body } = NOTHING] = server.received.slice(-1)
    expect({ method, path }).toEqual({
      method: 'POST',
      path: '/prefix/v1/issuers/default/certificates',
    })
    expect(JSON.parse(body)).toEqual(REQUEST)
    const message = {
      method: 'POST',
      targetUri: `${server.url}${path}`,
      protocolVersion: PROTOCOL_VERSION,
      body: {
        contentDigest: contentDigest(createHash('sha256').update(body).digest()),
        idempotencyKey: 'uid-1',
      },
    } as const
    const read = readSignature(message, {
      signatureInput: String(headers['signature-input']),
      signature: String(headers['signature']),
    })
    expect(read).toBeDefined()
    if (read === undefined) return
    const base = signatureBase(message, read.parameters)
    expect(verify(null, Buffer.from(base), publicKey, read.signature)).toBe(true)
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'uid-1',
      [PROTOCOL_HEADER]: PROTOCOL_VERSION,
    })
  })

  it('asks for health without a body', async ({ expect }) => {
    server.respond(answerWith(404, { nothing: true }))
    await withClient({}, async (client) => client.health('default', NEVER))
    expect(server.received.at(-1)).toMatchObject({
      method: 'GET',
      path: '/v1/issuers/default',
      body: '',
    })
  })

  it('does not trust a server whose authority it was not given', async ({ expect }) => {
    const other = await createAuthority({ commonName: 'other' })
    const before = server.received.length
    const answer = await withClient({ caBundlePem: other.certificatePem }, async (client) =>
      client.health('default', NEVER),
    )
    expect(answer).toMatchObject({
      ok: false,
      error: {
        class: 'issuer',
        code: 'tls_untrusted',
        message: expect.stringContaining('caBundle'),
      },
    })
    expect(server.received).toHaveLength(before)
  })

  it('does not trust a server by another name', async ({ expect }) => {
    const answer = await withClient(
      { url: server.url.replace('127.0.0.1', 'localhost') },
      async (client) => client.health('default', NEVER),
    )
    expect(answer).toMatchObject({ error: { class: 'issuer', code: 'tls_untrusted' } })
  })

  it('finds that a lost connection is temporary', { tags: ['AC-10'] }, async ({ expect }) => {
    server.respond((response) => response.destroy())
    const answer = await withClient({}, async (client) => client.sign('default', REQUEST, NEVER))
    expect(answer).toMatchObject({ error: { class: 'temporary', code: 'transport_error' } })
  })

  it('treats a refused connection as temporary, and names the origin', async ({ expect }) => {
    const answer = await withClient({ url: 'https://127.0.0.1:1' }, async (client) =>
      client.health('default', NEVER),
    )
    expect(answer).toMatchObject({
      error: {
        class: 'temporary',
        code: 'transport_error',
        message: expect.stringContaining('https://127.0.0.1:1'),
      },
    })
  })

  it('reads no more than an answer can hold', async ({ expect }) => {
    server.respond(answerWith(200, { chain: 'x'.repeat(262_144) }))
    const answer = await withClient({}, async (client) => client.health('default', NEVER))
    expect(answer).toMatchObject({
      error: { class: 'temporary', message: expect.stringContaining('longer than 262144 bytes') },
    })
  })

  it('follows no redirect: the signature is for one place', async ({ expect }) => {
    server.respond((response) => {
      response.writeHead(307, { location: 'https://elsewhere.test/' }).end()
    })
    const before = server.received.length
    const answer = await withClient({}, async (client) => client.health('default', NEVER))
    expect(answer).toMatchObject({ error: { class: 'issuer', code: 'answer_malformed' } })
    expect(server.received).toHaveLength(before + 1)
  })

  it('reports each call to the metrics', async ({ expect }) => {
    const codes: string[] = []
    const onAnswer = (code: string): unknown => codes.push(code)
    for (const status of [200, 503]) {
      server.respond(answerWith(status, {}))
      await withClient({ onAnswer }, askHealth)
    }
    server.respond((response) => response.socket?.destroy())
    await withClient({ onAnswer }, askHealth)
    expect(codes).toEqual(['200', '503', '<error>'])
  })

  it('ends when its caller does', { tags: ['AC-10'] }, async ({ expect }) => {
    const caller = new AbortController()
    server.respond(() => caller.abort())
    const answer = await withClient({}, async (client) => client.health('default', caller.signal))
    expect(answer).toMatchObject({ error: { class: 'temporary' } })
  })

  it.for([
    { name: 'a url that is none', options: { url: 'ca.test' }, want: 'not an absolute URL' },
    { name: 'http', options: { url: 'http://ca.test' }, want: 'must be https' },
    {
      name: 'a url with a user',
      options: { url: 'https://u:p@ca.test' },
      want: 'no user, password',
    },
    { name: 'a url with a query', options: { url: 'https://ca.test?x' }, want: 'query' },
    {
      name: 'a key that is none',
      options: { privateKeyPem: 'hello' },
      want: 'not an unencrypted PKCS#8',
    },
  ])('refuses $name', ({ options, want }, { expect }) => {
    const client = createSignerClient({ url: server.url, privateKeyPem, ...options })
    expect(!client.ok && client.error).toContain(want)
  })
})
