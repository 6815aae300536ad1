import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { ok } from '@edge-issuer/shared'
import { describe, it, type TestContext } from 'vitest'
import { type MetricsServerOptions, serveMetrics } from '../../../relay/src/http/metrics-server.ts'
import { createSelfSigned } from '../../../relay/src/http/self-signed.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'

type Context = Pick<TestContext, 'onTestFinished'>

const START_MS = Date.now()
const TEXT = 'pets_total 3\n'
const metrics = {
  contentType: 'text/plain; version=0.0.4',
  text: async () => Promise.resolve(TEXT),
}

const anOption = (part: Partial<MetricsServerOptions> = {}): MetricsServerOptions => ({
  bindAddress: '127.0.0.1:0',
  secure: true,
  certDir: '',
  metrics,
  reviewer: {
    reviewToken: async (token) =>
      Promise.resolve(
        ok(token === 'nobody' ? undefined : { username: token, uid: '', groups: [], extra: {} }),
      ),
    reviewAccess: async ({ caller }) => Promise.resolve(ok(caller.username === 'prometheus')),
  },
  // A certificate is made from its time, and judged by that of the machine.
  clock: Object.assign(new FakeClock(), { now: () => START_MS }),
  log: new RecordingLog(),
  ...part,
})

async function aServer(
  { onTestFinished }: Context,
  part: Partial<MetricsServerOptions> = {},
): Promise<number> {
  const server = await serveMetrics(anOption(part))
  if (!server.ok) throw new Error(server.error)
  onTestFinished(async () => server.value.close())
  return server.value.port
}

interface Answer {
  readonly status: number | undefined
  readonly type: string | undefined
  readonly body: string
}

/** Asks over TLS, whoever vouches for the certificate. */
async function ask(
  port: number,
  {
    method = 'GET',
    path = '/metrics',
    token,
    ca,
  }: {
    readonly method?: string
    readonly path?: string
    readonly token?: string | undefined
    readonly ca?: string
  } = {},
): Promise<Answer> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const trust =
    ca === undefined ? { rejectUnauthorized: false } : { ca, servername: 'edge-issuer-relay' }
  const asking = request({ port, method, path, headers, agent: false, ...trust })
  asking.end()
  const [response] = await once(asking, 'response')
  return {
    status: response.statusCode,
    type: response.headers['content-type'],
    body: await text(response),
  }
}

describe('serveMetrics', () => {
  it.for([
    { token: undefined, status: 401 },
    { token: 'nobody', status: 401 },
    { token: 'stranger', status: 403 },
    { token: 'prometheus', status: 200 },
  ])('answers $token with $status', async ({ token, status }, { expect, onTestFinished }) => {
    const port = await aServer({ onTestFinished })
    const answer = await ask(port, { token })
    expect(answer.status).toBe(status)
    expect(answer.body === TEXT).toBe(status === 200)
  })

  it.for([
    { method: 'GET', path: '/metrics', status: 200, body: TEXT },
    { method: 'GET', path: '/metrics?name[]=pets', status: 200, body: TEXT },
    { method: 'HEAD', path: '/metrics', status: 200, body: '' },
    { method: 'POST', path: '/metrics', status: 405, body: 'method not allowed\n' },
    { method: 'GET', path: '/', status: 404, body: 'not found\n' },
    { method: 'GET', path: '/metrics/', status: 404, body: 'not found\n' },
  ])(
    'answers $method $path with $status',
    async ({ status, body, ...asked }, { expect, onTestFinished }) => {
      const port = await aServer({ onTestFinished })
      const answer = await ask(port, { ...asked, token: 'prometheus' })
      expect([answer.status, answer.body]).toEqual([status, body])
      if (status === 200) expect(answer.type).toBe(metrics.contentType)
    },
  )

  it('serves anybody in plain text when it is asked to', async ({ expect, onTestFinished }) => {
    const port = await aServer({ onTestFinished }, { secure: false })
    const response = await fetch(`http://127.0.0.1:${String(port)}/metrics`)
    expect([response.status, await response.text()]).toEqual([200, TEXT])
  })

  it('uses the certificate of a folder', async ({ expect, onTestFinished }) => {
    const certDir = await mkdtemp(join(tmpdir(), 'metrics-'))
    onTestFinished(async () => rm(certDir, { recursive: true }))
    const { certificatePem, keyPem } = createSelfSigned('edge-issuer-relay', START_MS)
    await writeFile(join(certDir, 'tls.crt'), certificatePem)
    await writeFile(join(certDir, 'tls.key'), keyPem)
    const port = await aServer({ onTestFinished }, { certDir })
    const answer = await ask(port, { token: 'prometheus', ca: certificatePem })
    expect(answer.status).toBe(200)
  })

  it('says what is wrong with the folder, or with the address', async ({ expect }) => {
    expect(await serveMetrics(anOption({ certDir: '/does/not/exist' }))).toMatchObject({
      ok: false,
      error: expect.stringContaining('tls.crt and tls.key in /does/not/exist cannot be used'),
    })
    expect(await serveMetrics(anOption({ bindAddress: 'here' }))).toMatchObject({
      ok: false,
      error: 'the address "here" is not of the form host:port or :port',
    })
  })

  it('cuts the connection when the metrics cannot be written', async ({
    expect,
    onTestFinished,
  }) => {
    const log = new RecordingLog()
    const broken = { ...metrics, text: async () => Promise.reject(new Error('a bug')) }
    const port = await aServer({ onTestFinished }, { metrics: broken, log })
    await expect(ask(port, { token: 'prometheus' })).rejects.toThrow('socket hang up')
    expect(log.lines).toMatchObject([{ level: 'error', fields: { error: 'Error: a bug' } }])
  })
})
