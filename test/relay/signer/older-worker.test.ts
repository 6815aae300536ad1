/**
 * A request to a worker of the minor version before this one, which refuses members that it does not know.
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { PROTOCOL_VERSION, type SignRequest } from '@edge-issuer/shared'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { createSignerClient } from '../../../relay/src/public/signer.ts'
import { type AnsweringServer, answerWith, startAnsweringServer } from './answering-server.ts'
import { ANSWER, REQUEST } from './sign-request.ts'

const MALFORMED = {
  type: 't',
  title: 't',
  status: 400,
  code: 'request_malformed',
  class: 'permanent',
  detail: 'origin: Unrecognized key: "createdAt"',
}

const NEW_REQUEST: SignRequest = {
  ...REQUEST,
  origin: { ...REQUEST.origin, createdAt: '2026-11-30T08:00:00Z' },
}

const OLDER = '1.2'

let server: AnsweringServer

beforeAll(async () => {
  server = await startAnsweringServer()
})

afterAll(async () => server.stop())

const pemOfAKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()

/** What a call sends, and its answer. */
async function exchangesOf(request: SignRequest): Promise<{
  readonly bodies: readonly unknown[]
  readonly signatures: ReadonlySet<unknown>
  readonly answer: unknown
}> {
  const before = server.received.length
  const { url, caPem: caBundlePem } = server
  const client = createSignerClient({ url, caBundlePem, privateKeyPem: pemOfAKey() })
  if (!client.ok) throw new Error(client.error)
  const answer = await client.value.sign('default', request, new AbortController().signal)
  await client.value.close()
  const received = server.received.slice(before)
  return {
    bodies: received.map(({ body }): unknown => JSON.parse(body)),
    signatures: new Set(received.map(({ headers }) => headers['signature-input'])),
    answer,
  }
}

describe('a request to a worker of the protocol before this one', () => {
  it('is sent again without the time of creation, with a new signature', async ({ expect }) => {
    let count = 0
    server.respond((response) => {
      count += 1
      const respond =
        count === 1 ? answerWith(400, MALFORMED, OLDER) : answerWith(201, ANSWER, OLDER)
      respond(response)
    })
    const { bodies, signatures, answer } = await exchangesOf(NEW_REQUEST)
    expect(bodies).toEqual([NEW_REQUEST, REQUEST])
    expect(signatures.size).toBe(2)
    expect(answer).toEqual({ ok: true, value: ANSWER })
  })

  it.for([
    ['the worker is of this version', NEW_REQUEST, 400, PROTOCOL_VERSION],
    ['the request has no such time', REQUEST, 400, OLDER],
    ['it was refused for another reason', NEW_REQUEST, 422, OLDER],
  ] as const)('is sent once when %s', async ([, request, status, version], { expect }) => {
    server.respond(answerWith(status, { ...MALFORMED, status }, version))
    expect(await exchangesOf(request)).toMatchObject({
      bodies: [request],
      answer: { ok: false, error: { code: 'request_malformed' } },
    })
  })
})
