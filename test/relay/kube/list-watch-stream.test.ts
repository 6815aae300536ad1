import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { describe, it } from 'vitest'
import { settle } from '../queue/fake-clock.ts'
import { answerStatus } from './fake-api-server.ts'
import {
  aListWatch,
  anObject,
  aRaw,
  collect,
  type Ending,
  FIELD_SELECTOR,
  type Watched,
} from './fixtures.ts'

const PATH = '/apis/cert-manager.io/v1/certificaterequests'

/** Starts a watch; the server's side of it is given to `stream` once it is open. */
const aWatch = async (
  context: Ending,
  stream: (response: ServerResponse) => void,
): Promise<Watched> =>
  aListWatch(context, (_request, response) => {
    response.writeHead(200)
    response.flushHeaders()
    stream(response)
  })

const line = (event: unknown): string => `${JSON.stringify(event)}\n`

describe('watch', () => {
  it.for([
    [0, '300'],
    [0.5, '450'],
    [1 - Number.EPSILON, '600'],
  ] as const)(
    'asks for a stream that ends by itself (random %d)',
    async ([random, wanted], { expect, onTestFinished }) => {
      const { source, server, signal } = await aListWatch(
        { onTestFinished },
        (_request, response) => response.end(),
        random,
      )
      expect(await collect(source.watch('100', signal))).toEqual([])
      expect(server.requests).toMatchObject([
        {
          path: PATH,
          query: {
            watch: 'true',
            allowWatchBookmarks: 'true',
            resourceVersion: '100',
            timeoutSeconds: wanted,
            fieldSelector: FIELD_SELECTOR,
          },
        },
      ])
    },
  )

  it('gives what happened, and ends in order', async ({ expect, onTestFinished }) => {
    const { source, clock, signal } = await aWatch({ onTestFinished }, (response) => {
      response.write(line({ type: 'ADDED', object: anObject('a', '101') }))
      response.write(line({ type: 'MODIFIED', object: anObject('a', '102') }))
      response.write(line({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '103' } } }))
      response.end(line({ type: 'DELETED', object: anObject('a', '104') }))
    })
    expect(await collect(source.watch('100', signal))).toEqual([
      { ok: true, value: { kind: 'changed', object: aRaw('a', '101') } },
      { ok: true, value: { kind: 'changed', object: aRaw('a', '102') } },
      { ok: true, value: { kind: 'bookmark', resourceVersion: '103' } },
      { ok: true, value: { kind: 'deleted', object: aRaw('a', '104') } },
    ])
    expect(clock.pendingMs).toEqual([])
  })

  it('puts an event together that comes in pieces', async ({ expect, onTestFinished }) => {
    const event = line({ type: 'ADDED', object: anObject('schlüssel', '101') })
    const bytes = Buffer.from(event)
    const middle = bytes.indexOf(0xc3) + 1
    const { source, signal } = await aWatch({ onTestFinished }, (response) => {
      response.write(bytes.subarray(0, middle), () => response.end(bytes.subarray(middle)))
    })
    expect(await collect(source.watch('100', signal))).toEqual([
      { ok: true, value: { kind: 'changed', object: aRaw('schlüssel', '101') } },
    ])
  })

  it.for([
    [410, 'gone'],
    [500, 'unavailable'],
    [429, 'throttled'],
  ] as const)(
    'ends with an ERROR event of code %i',
    { tags: ['AC-19'] },
    async ([code, kind], { expect, onTestFinished }) => {
      const { source, signal } = await aWatch({ onTestFinished }, (response) => {
        response.write(line({ type: 'ADDED', object: anObject('a', '101') }))
        response.write(line({ type: 'ERROR', object: { kind: 'Status', code, message: 'why' } }))
        // What comes after an error is not looked at.
        response.write(line({ type: 'ADDED', object: anObject('b', '102') }))
      })
      expect(await collect(source.watch('100', signal))).toEqual([
        { ok: true, value: { kind: 'changed', object: aRaw('a', '101') } },
        { ok: false, error: { kind, status: code, message: 'why' } },
      ])
    },
  )

  it.for([
    ['is not JSON', 'nonsense\n', 'is malformed'],
    ['is of an unknown type', line({ type: 'MOVED', object: {} }), 'is malformed'],
    ['has no object', line({ type: 'ADDED' }), 'is malformed'],
    [
      'has an object without a version',
      line({ type: 'ADDED', object: { metadata: { name: 'a' } } }),
      'is malformed',
    ],
    ['is a bookmark without a version', line({ type: 'BOOKMARK', object: {} }), 'is malformed'],
    ['is cut short', '{"type":"ADDED","obj', 'ended inside a line'],
    ['is far too long', 'x'.repeat(4 * 1_048_576 + 1), 'longer than'],
  ] as const)(
    'ends with an error at an event that %s',
    async ([, text, message], { expect, onTestFinished }) => {
      const { source, signal } = await aWatch({ onTestFinished }, (response) => {
        response.write(line({ type: 'ADDED', object: anObject('a', '101') }))
        response.end(text)
      })
      const events = await collect(source.watch('100', signal))
      expect(events).toMatchObject([
        { ok: true },
        {
          ok: false,
          error: { kind: 'unavailable', message: expect.stringContaining(message) },
        },
      ])
    },
  )

  it('ends with an error when the connection is reset', async ({ expect, onTestFinished }) => {
    const { source, signal } = await aWatch({ onTestFinished }, (response) => {
      response.write(line({ type: 'ADDED', object: anObject('a', '101') }), () => {
        response.socket?.resetAndDestroy()
      })
    })
    const events = await collect(source.watch('100', signal))
    expect(events.at(-1)).toMatchObject({ ok: false, error: { kind: 'unavailable' } })
  })

  it('gives the refusal of the server', async ({ expect, onTestFinished }) => {
    const { source, signal } = await aListWatch({ onTestFinished }, (_request, response) => {
      answerStatus(response, 403, 'cannot watch')
    })
    expect(await collect(source.watch('100', signal))).toEqual([
      { ok: false, error: { kind: 'forbidden', status: 403, message: 'cannot watch' } },
    ])
  })

  it('ends in order after a silence of 150 seconds', async ({ expect, onTestFinished }) => {
    const bookmark = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '101' } } }
    const streams: ServerResponse[] = []
    const { source, clock, signal } = await aWatch({ onTestFinished }, (response) => {
      streams.push(response)
      response.write(line(bookmark))
    })
    const stream = source.watch('100', signal)[Symbol.asyncIterator]()
    await stream.next()
    const second = stream.next()
    await clock.advance(100_000)
    streams[0]?.write(line(bookmark))
    await second
    const ends: unknown[] = []
    const last = stream.next().then((end) => ends.push(end))
    await clock.advance(149_999)
    expect(ends).toEqual([])
    await clock.advance(1)
    await last
    expect(ends).toEqual([{ done: true, value: undefined }])
    expect(clock.pendingMs).toEqual([])
  })

  it('ends with an error when the server never begins to answer', async ({
    expect,
    onTestFinished,
  }) => {
    const arrived = Promise.withResolvers<void>()
    const { source, clock, signal } = await aListWatch({ onTestFinished }, () => arrived.resolve())
    const watching = collect(source.watch('100', signal))
    await arrived.promise
    await clock.advance(150_000)
    expect(await watching).toEqual([
      {
        ok: false,
        error: { kind: 'unavailable', message: 'no data was received for 150000 ms' },
      },
    ])
  })

  it('ends with its signal', async ({ expect, onTestFinished }) => {
    const stop = new AbortController()
    const { source, clock } = await aWatch({ onTestFinished }, () => {
      stop.abort(new Error('stopping'))
    })
    expect(await collect(source.watch('100', stop.signal))).toEqual([
      { ok: false, error: { kind: 'unavailable', message: 'stopping' } },
    ])
    expect(clock.pendingMs).toEqual([])
  })

  it('ends with its signal after events, too', async ({ expect, onTestFinished }) => {
    const stop = new AbortController()
    const { source } = await aWatch({ onTestFinished }, (response) => {
      response.write(line({ type: 'ADDED', object: anObject('a', '101') }))
    })
    const stream = source.watch('100', stop.signal)[Symbol.asyncIterator]()
    expect(await stream.next()).toMatchObject({ value: { ok: true } })
    const last = stream.next()
    stop.abort(new Error('stopping'))
    expect(await last).toMatchObject({ value: { ok: false, error: { message: 'stopping' } } })
  })

  it('closes its connection when the caller stops reading', async ({ expect, onTestFinished }) => {
    const closed = Promise.withResolvers<void>()
    const { source, clock, signal } = await aWatch({ onTestFinished }, (response) => {
      void once(response, 'close').then(() => closed.resolve())
      response.write(line({ type: 'ADDED', object: anObject('a', '101') }))
    })
    for await (const event of source.watch('100', signal)) {
      expect(event.ok).toBe(true)
      break
    }
    await closed.promise
    await settle()
    expect(clock.pendingMs).toEqual([])
  })
})
