/**
 * The TLS proxy between pods and the worker, and the check of certificates.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:https'
import { createServer } from 'node:https'
import { text } from 'node:stream/consumers'
import { createAuthority, issueLeaf } from '@edge-issuer/testbed/pki/pki'
import { createLoopbackTls } from '@edge-issuer/testbed/servers/loopback-tls'
import { beforeAll, describe, it } from 'vitest'
import { startTlsProxy } from '../../deploy/kind/tls-proxy.ts'
import { chainProblem } from '../../deploy/kind/verify-chain.ts'

const LOOPBACK = { listenAddress: '127.0.0.1', host: '127.0.0.1' }

/** What a server answers, as far as tests look. */
async function ask(url: string, ca: string): Promise<string> {
  const outgoing = request(url, { ca, agent: false, method: 'POST' })
  outgoing.end('question')
  const [answer] = await once(outgoing, 'response')
  return text(answer)
}

describe('the door', () => {
  it('passes on what is said, with the name that it was said to', async ({ expect }) => {
    const tls = await createLoopbackTls()
    const worker = createServer(
      { key: tls.server.keyPem, cert: tls.server.certificatePem },
      (incoming, outgoing) => {
        void text(incoming).then((body) => outgoing.end(`${incoming.headers.host ?? ''} ${body}`))
      },
    )
    worker.listen(0, '127.0.0.1')
    await once(worker, 'listening')
    const address = worker.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const proxy = await startTlsProxy(LOOPBACK, () => ({
      url: `https://127.0.0.1:${String(port)}`,
      caPem: tls.caPem,
    }))
    expect(await ask(proxy.url, proxy.caPem)).toBe(`127.0.0.1:${String(proxy.port)} question`)
    await expect(ask(proxy.url, tls.caPem)).rejects.toThrow(/certificate/u)
    await proxy.stop()
    await expect(ask(proxy.url, proxy.caPem)).rejects.toThrow('ECONNREFUSED')
    worker.close()
  })

  it('closes the connection if the worker is unreachable, and keeps running', async ({
    expect,
  }) => {
    const proxy = await startTlsProxy(LOOPBACK, () => ({ url: 'https://127.0.0.1:9', caPem: '' }))
    await expect(ask(proxy.url, proxy.caPem)).rejects.toThrow(/hang up|ECONNRESET/u)
    await expect(ask(proxy.url, proxy.caPem)).rejects.toThrow(/hang up|ECONNRESET/u)
    await proxy.stop()
  })
})

describe('chainProblem', () => {
  const hostname = 'web.example.com'
  let root: X509Certificate
  let chain: string
  let other: string

  beforeAll(async () => {
    const issuer = await createAuthority({ commonName: 'root' })
    root = new X509Certificate(issuer.certificatePem)
    const leaf = { issuer, subject: [], usage: 'server' as const, dnsNames: [hostname] }
    chain = (await issueLeaf(leaf)).certificatePem
    other = (await createAuthority({ commonName: 'root' })).certificatePem
  })

  it('is none in a good chain', ({ expect }) => {
    expect(chainProblem(chain, { root, hostname })).toBeUndefined()
  })

  it('is one where the names agree and the keys do not', ({ expect }) => {
    const stranger = new X509Certificate(other)
    expect(stranger.subject).toBe(root.subject)
    const want = 'certificate 0 is not issued by the next one'
    expect(chainProblem(chain, { root: stranger, hostname })).toBe(want)
    expect(chainProblem(chain + other, { root, hostname })).toBe(want)
  })

  it('is one for another name, and in nothing', ({ expect }) => {
    expect(chainProblem(chain, { root, hostname: 'a.example.com' })).toBe(
      'the certificate is not for a.example.com',
    )
    expect(chainProblem('', { root, hostname })).toBe('the chain is empty')
  })
})
