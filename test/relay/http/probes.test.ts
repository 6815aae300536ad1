import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it } from 'vitest'
import { type ProbeOptions, serveProbes } from '../../../relay/src/http/probes.ts'

interface Ending {
  readonly onTestFinished: (end: () => Promise<void>) => void
}

const aServer = async ({ onTestFinished }: Ending, part: Partial<ProbeOptions> = {}) => {
  const server = await serveProbes({
    bindAddress: '127.0.0.1:0',
    isAlive: () => true,
    isReady: () => true,
    ...part,
  })
  if (!server.ok) throw new Error(server.error)
  onTestFinished(async () => server.value.close())
  return { ...server.value, url: `http://127.0.0.1:${server.value.port}` }
}

const get = async (url: string, method = 'GET'): Promise<readonly [number, string]> => {
  const response = await fetch(url, { method })
  return [response.status, await response.text()]
}

describe('serveProbes', () => {
  it.for([
    ['/healthz', true, false, 200, 'ok\n'],
    ['/healthz', false, true, 503, 'not ok\n'],
    ['/readyz', false, true, 200, 'ok\n'],
    ['/readyz', true, false, 503, 'not ok\n'],
    ['/', true, true, 404, 'not found\n'],
    ['/healthz/', true, true, 404, 'not found\n'],
    ['/metrics', true, true, 404, 'not found\n'],
  ] as const)(
    'answers %s when alive is %s and ready is %s with %i',
    async ([path, alive, ready, status, text], { expect, onTestFinished }) => {
      const { url } = await aServer(
        { onTestFinished },
        { isAlive: () => alive, isReady: () => ready },
      )
      expect(await get(url + path)).toEqual([status, text])
    },
  )

  it.for([
    ['HEAD', 200, ''],
    ['POST', 405, 'method not allowed\n'],
    ['DELETE', 405, 'method not allowed\n'],
  ] as const)('answers %s with %i', async ([method, status, text], { expect, onTestFinished }) => {
    const { url } = await aServer({ onTestFinished })
    expect(await get(`${url}/healthz`, method)).toEqual([status, text])
  })

  it('checks again for each request', async ({ expect, onTestFinished }) => {
    let isReady = false
    const { url } = await aServer({ onTestFinished }, { isReady: () => isReady })
    const before = await get(`${url}/readyz`)
    isReady = true
    expect([before[0], (await get(`${url}/readyz`))[0]]).toEqual([503, 200])
  })

  it.for([[':0'], ['localhost:0'], ['[::1]:0']] as const)(
    'listens on %s',
    async ([bindAddress], { expect, onTestFinished }) => {
      const server = await aServer({ onTestFinished }, { bindAddress })
      expect(server.port).toBeGreaterThan(0)
    },
  )

  it.for([
    ['nothing', ''],
    ['a port alone', '8081'],
    ['a port that is too large', ':65536'],
    ['no number', ':http'],
    ['a URL', 'http://0.0.0.0:8081'],
    ['IPv6 without brackets', '::1:8081'],
  ] as const)('refuses an address that is %s', async ([, bindAddress], { expect }) => {
    const server = await serveProbes({ bindAddress, isAlive: () => true, isReady: () => true })
    expect(server).toEqual({
      ok: false,
      error: `the address "${bindAddress}" is not of the form host:port or :port`,
    })
  })

  it('says that an address is taken', async ({ expect, onTestFinished }) => {
    const { port } = await aServer({ onTestFinished })
    const second = await serveProbes({
      bindAddress: `127.0.0.1:${port}`,
      isAlive: () => true,
      isReady: () => true,
    })
    expect(second).toEqual({ ok: false, error: expect.stringContaining('EADDRINUSE') })
  })

  it('closes though a client keeps its connection open', async ({ expect, onTestFinished }) => {
    const server = await aServer({ onTestFinished })
    const socket = connect(server.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(socket, 'data')
    const closed = once(socket, 'close')
    socket.resume()
    await server.close()
    await closed
    await expect(get(`${server.url}/healthz`)).rejects.toThrow()
  })
})
