import type { ServerResponse } from 'node:http'
import { ok } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { z } from 'zod'
import { Reflector } from '../../../relay/src/watch/reflector.ts'
import { Store } from '../../../relay/src/watch/store.ts'
import { answerJson } from '../kube/fake-api-server.ts'
import { aListWatch, anObject } from '../kube/fixtures.ts'

const bodySchema = z.object({ metadata: z.object({ name: z.string() }) })

/** Gives what is put into it, in order, to whoever asks, before or after. */
class Mailbox<T> {
  readonly #letters: T[] = []
  readonly #readers: ((letter: T) => void)[] = []

  put(letter: T): void {
    const reader = this.#readers.shift()
    if (reader === undefined) this.#letters.push(letter)
    else reader(letter)
  }

  async take(): Promise<T> {
    const letter = this.#letters.shift()
    if (letter !== undefined) return letter
    const { promise, resolve } = Promise.withResolvers<T>()
    this.#readers.push(resolve)
    return promise
  }
}

describe('Reflector over HTTP', () => {
  it('sees every change, though the connection is lost on the way', async ({
    expect,
    onTestFinished,
  }) => {
    const watches = new Mailbox<ServerResponse>()
    const { source, server, clock, log, signal } = await aListWatch(
      { onTestFinished },
      ({ query }, response) => {
        if (!('watch' in query)) {
          const metadata = { resourceVersion: '100' }
          answerJson(response, { metadata, items: [anObject('a', '1'), anObject('b', '2')] })
          return
        }
        response.writeHead(200)
        response.flushHeaders()
        watches.put(response)
      },
    )
    const stop = new AbortController()
    const store = new Store<string>()
    const changes = new Mailbox<string>()
    store.onChange(({ key, after }) => changes.put(`${key} ${after ?? 'gone'}`))
    const reflector = new Reflector({
      name: 'requests',
      source,
      store,
      slim: (body) => ok(bodySchema.parse(body).metadata.name),
      isForeign: () => false,
      clock,
      random: () => 0.5,
      log,
    })
    const running = reflector.run(AbortSignal.any([stop.signal, signal]))
    expect(await reflector.synced).toBe(true)
    expect([await changes.take(), await changes.take()]).toEqual(['ns/a a', 'ns/b b'])

    const first = await watches.take()
    first.write(`${JSON.stringify({ type: 'ADDED', object: anObject('c', '101') })}\n`)
    expect(await changes.take()).toBe('ns/c c')
    first.socket?.resetAndDestroy()
    // The reset reaches the client in its own time; the backoff begins when it has.
    while (!log.lines.some(({ level }) => level === 'warn')) await clock.advance(0)
    await clock.advance(1_200)

    const second = await watches.take()
    second.write(`${JSON.stringify({ type: 'DELETED', object: anObject('a', '102') })}\n`)
    expect(await changes.take()).toBe('ns/a gone')
    expect(server.requests.map(({ query }) => query['resourceVersion'])).toEqual([
      undefined,
      '100',
      '101',
    ])
    stop.abort()
    await running
    expect(store.keys()).toEqual(['ns/b', 'ns/c'])
  })
})
