import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect } from 'node:net'
import { describe, it, type TestContext } from 'vitest'
import { listen, type Listening } from '../../../relay/src/serve/listen.ts'
import { createSelfSigned } from '../../../relay/src/serve/self-signed.ts'

const plain = (handle: RequestListener) => createServer(handle)

const overTls = (handle: RequestListener) => {
  const { certificatePem: cert, keyPem: key } = createSelfSigned('test', Date.now())
  return createTlsServer({ cert, key }, handle)
}

async function aServer(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  make: typeof overTls | typeof plain,
  handle: RequestListener = () => undefined,
): Promise<Listening> {
  const server = await listen(make(handle), '127.0.0.1:0')
  if (!server.ok) throw new Error(server.error)
  onTestFinished(async () => server.value.close())
  return server.value
}

describe('closing a server', () => {
  it.for([
    ['plain', plain],
    ['TLS', overTls],
  ] as const)(
    'does not wait for a client that connects and says nothing: %s',
    async ([, make], { expect, onTestFinished }) => {
      const server = await aServer({ onTestFinished }, make)
      const socket = connect(server.port, '127.0.0.1')
      await once(socket, 'connect')
      const cut = once(socket, 'close')
      await server.close()
      await expect(cut).resolves.toBeDefined()
    },
  )

  it('does not wait for an answer that never comes', async ({ expect, onTestFinished }) => {
    const asked = Promise.withResolvers<void>()
    const server = await aServer({ onTestFinished }, plain, () => asked.resolve())
    const answer = fetch(`http://127.0.0.1:${String(server.port)}/`)
    await asked.promise
    await Promise.all([server.close(), expect(answer).rejects.toThrow('fetch failed')])
  })

  it('lets a request under way have its answer', async ({ expect, onTestFinished }) => {
    const asked = Promise.withResolvers<() => void>()
    const server = await aServer({ onTestFinished }, plain, (_request, response) => {
      asked.resolve(() => response.end('late'))
    })
    const answer = fetch(`http://127.0.0.1:${String(server.port)}/`)
    const reply = await asked.promise
    const closed = server.close()
    reply()
    expect(await (await answer).text()).toBe('late')
    await closed
  })
})
