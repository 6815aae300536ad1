/**
 * A figure that rests on wrong answers must not be printed.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { createAuthority, issueLeaf } from '@edge-issuer/testbed/pki/pki'
import { makeKey } from '@edge-issuer/testbed/pki/x509'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { it } from 'vitest'
import { checkAnswers } from '../../bench/http/check-answers.ts'
import { openConnection, toBytes } from '../../bench/http/connection.ts'
import type { LoadOrder } from '../../bench/http/protocol.ts'
import { hostOf } from '../../bench/sign-request.ts'
import { percentile } from '../../bench/statistics.ts'

const LOAD = join(import.meta.dirname, '..', '..', 'bench', 'http', 'load.ts')

/** A server that answers every request alike. */
async function serve(answer: (response: ServerResponse) => void): Promise<{
  readonly url: URL
  readonly server: Server
}> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answer(response))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  return { url: new URL(`http://127.0.0.1:${String(address.port)}`), server }
}

const REQUEST = toBytes('ca.example', { method: 'GET', path: '/', headers: {} })

it('a connection takes one answer after the other', async ({ expect, onTestFinished }) => {
  let count = 0
  const { url, server } = await serve((response) => response.end(`answer ${String(++count)}`))
  onTestFinished(() => void server.close())
  const connection = await openConnection(url, undefined)
  for (const number of [1, 2]) {
    const { status, body } = await connection.exchange(REQUEST)
    expect({ status, body: body.toString() }).toEqual({
      status: 200,
      body: `answer ${String(number)}`,
    })
  }
  connection.close()
})

it('a connection that ends before its answer does is a failure', async ({
  expect,
  onTestFinished,
}) => {
  const { url, server } = await serve((response) => {
    response.writeHead(201, { 'content-length': '10' })
    response.write('half', () => response.destroy())
  })
  onTestFinished(() => void server.close())
  const connection = await openConnection(url, undefined)
  await expect(connection.exchange(REQUEST)).rejects.toThrow('closed the connection')
  await expect(connection.exchange(REQUEST)).rejects.toThrow('closed the connection')
})

it('an answer without a length is refused, as its end would be a guess', async ({
  expect,
  onTestFinished,
}) => {
  const { url, server } = await serve((response) => {
    response.write('a part')
    response.end('another')
  })
  onTestFinished(() => void server.close())
  const connection = await openConnection(url, undefined)
  await expect(connection.exchange(REQUEST)).rejects.toThrow('not an answer')
})

it('a run with any answer but 201 fails', async ({ expect, onTestFinished }) => {
  const { url, server } = await serve((response) => {
    response.writeHead(200, { 'content-length': 2 }).end('{}')
  })
  onTestFinished(() => void server.close())
  const { certificatePem } = await createAuthority({ commonName: 'CA' })
  const order: LoadOrder = {
    url: url.href,
    publicUrl: 'https://ca.example',
    workerPid: process.pid,
    issuer: 'default',
    issuerPem: certificatePem,
    privateKeyPem: makeKey('Ed25519').privateKeyPem,
    inFlight: 1,
    seconds: 1,
  }
  const { code, stdout, stderr } = await runCommand({
    command: process.execPath,
    args: [LOAD],
    env: {},
    stdin: JSON.stringify(order),
  })
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('not 201 but 200: {}')
})

const UID = 'b2c5f7a0-0000-4000-8000-000000000000'

interface AnswerChanges {
  readonly host?: string
  readonly replayed?: boolean
  readonly status?: number
}

/** An answer of a CA, right for {@link UID} unless something is changed. */
async function anAnswer({
  host = hostOf(UID),
  replayed = false,
  status = 201,
}: AnswerChanges): Promise<{
  readonly exchanged: Parameters<typeof checkAnswers>[0][number]
  readonly caPem: string
}> {
  const issuer = await createAuthority({ commonName: 'CA' })
  const leaf = await issueLeaf({ issuer, subject: [], usage: 'server', dnsNames: [host] })
  const body = Buffer.from(
    JSON.stringify({
      chain: leaf.certificatePem,
      ca: issuer.certificatePem,
      serialNumber: leaf.certificate.serialNumber,
      notBefore: '2026-01-01T00:00:00Z',
      notAfter: '2026-01-02T00:00:00Z',
      clamped: null,
      replayed,
    }),
  )
  return { exchanged: { uid: UID, status, body, millis: 1 }, caPem: issuer.certificatePem }
}

it('an answer counts when it is a new certificate of the CA for its own request', async ({
  expect,
}) => {
  const { exchanged, caPem } = await anAnswer({})
  expect(() => checkAnswers([exchanged], caPem)).not.toThrow()
  expect(() => checkAnswers([exchanged, exchanged], caPem)).toThrow('two certificates are the same')
  const other = await anAnswer({})
  expect(() => checkAnswers([exchanged], other.caPem)).toThrow('is not its new certificate')
})

it.for<AnswerChanges>([{ host: 'other.example' }, { replayed: true }, { status: 200 }])(
  'an answer does not count with %j',
  async (changes, { expect }) => {
    const { exchanged, caPem } = await anAnswer(changes)
    expect(() => checkAnswers([exchanged], caPem)).toThrow('is not its new certificate')
  },
)

it('a percentile is one of the values, by its rank', ({ expect }) => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect([0, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 50, 99, 100])
  expect(percentile([7], 0.99)).toBe(7)
  expect(() => percentile([], 0.5)).toThrow('nothing')
})
