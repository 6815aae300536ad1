import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { beforeEach, describe, it, type TestContext, vi } from 'vitest'
import { listen, type Listening } from '../../../relay/src/http/listen.ts'
import { createSelfSigned } from '../../../relay/src/http/self-signed.ts'

type Context = Pick<TestContext, 'onTestFinished'>

const LIMIT_MS = 1_000

const overTls = (): Server => {
  const { certificatePem: cert, keyPem: key } = createSelfSigned('test', Date.now())
  return createTlsServer({ cert, key })
}

interface Connected {
  readonly server: Listening
  /** Of the client. */
  readonly socket: Socket
}

/** A server, and a client that it knows of and that has said nothing yet. */
async function aConnection(server: Server, { onTestFinished }: Context): Promise<Connected> {
  const listening = await listen(server, '127.0.0.1:0')
  if (!listening.ok) throw new Error(listening.error)
  const socket = connect(listening.value.port, '127.0.0.1')
  onTestFinished(() => {
    socket.destroy()
  })
  await Promise.all([once(server, 'connection'), once(socket, 'connect')])
  return { server: listening.value, socket }
}

/** A request that its server has in hand, and that is answered when `reply` is called. */
async function aRequest(context: Context): Promise<Connected & { readonly reply: () => void }> {
  const asked = Promise.withResolvers<() => void>()
  const server = createServer((_request, response) => {
    asked.resolve(() => response.end('late'))
  })
  const connected = await aConnection(server, context)
  connected.socket.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
  return { ...connected, reply: await asked.promise }
}

describe('closing a server', () => {
  beforeEach(({ onTestFinished }) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.useRealTimers()
    })
  })

  it.for([
    ['plain', createServer],
    ['TLS', overTls],
  ] as const)(
    'does not wait for a client that connects and says nothing: %s',
    async ([, make], { expect, onTestFinished }) => {
      const { server, socket } = await aConnection(make(), { onTestFinished })
      const cut = once(socket, 'close')
      const closed = server.close()
      vi.advanceTimersByTime(LIMIT_MS)
      await closed
      await expect(cut).resolves.toEqual([false])
    },
  )

  it('does not wait for an answer that never comes', async ({ expect, onTestFinished }) => {
    const { server, socket } = await aRequest({ onTestFinished })
    const closed = server.close()
    vi.advanceTimersByTime(LIMIT_MS)
    await closed
    expect(await text(socket)).toBe('')
  })

  it('lets a request under way have its answer', async ({ expect, onTestFinished }) => {
    const { server, socket, reply } = await aRequest({ onTestFinished })
    const closed = server.close()
    vi.advanceTimersByTime(LIMIT_MS - 1)
    reply()
    await closed
    expect(await text(socket)).toMatch(/\r\n\r\n.*late/s)
    expect(vi.getTimerCount()).toBe(0)
  })
})
