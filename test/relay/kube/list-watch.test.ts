import { describe, it } from 'vitest'
import { CERTIFICATE_REQUEST } from '../../../relay/src/api/group.ts'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import type { ListWatch, RawObject } from '../../../relay/src/kube/ports.ts'
import { answerJson, answerStatus } from './fake-api-server.ts'
import { aConnection, aListWatch, anObject, aRaw, collect, FIELD_SELECTOR } from './fixtures.ts'

const PATH = '/apis/cert-manager.io/v1/certificaterequests'
const UNSUPPORTED = `Unable to find "cert-manager.io/v1, Resource=certificaterequests" that match field selector: field label not supported: spec.issuerRef.group`

const aPage = (items: readonly unknown[] | null, continueToken?: string) => ({
  metadata: {
    resourceVersion: '100',
    ...(continueToken === undefined ? {} : { continue: continueToken }),
  },
  items,
})

/** A listing that was read to its end, however it was cut into parts. */
interface Listed {
  readonly objects: readonly RawObject[]
  /** Of each part that has one. */
  readonly versions: readonly string[]
  readonly error?: ApiError
}

async function list(source: Pick<ListWatch, 'list'>, signal: AbortSignal): Promise<Listed> {
  const objects: RawObject[] = []
  const versions: string[] = []
  for await (const part of source.list(signal)) {
    if (!part.ok) return { objects, versions, error: part.error }
    objects.push(...part.value.objects)
    versions.push(...(part.value.resourceVersion === undefined ? [] : [part.value.resourceVersion]))
  }
  return { objects, versions }
}

describe('list', () => {
  it('goes from page to page', async ({ expect, onTestFinished }) => {
    const { source, server, signal } = await aListWatch(
      { onTestFinished },
      ({ query }, response) => {
        const last = aPage([anObject('b', '2')], '')
        answerJson(response, query['continue'] === 't1' ? last : aPage([anObject('a', '1')], 't1'))
      },
    )
    expect(await list(source, signal)).toEqual({
      objects: [aRaw('a', '1'), aRaw('b', '2')],
      versions: ['100', '100'],
    })
    expect(server.requests.map(({ path, query }) => [path, query])).toEqual([
      [PATH, { limit: '500', fieldSelector: FIELD_SELECTOR }],
      [PATH, { limit: '500', fieldSelector: FIELD_SELECTOR, continue: 't1' }],
    ])
  })

  it('stays in a namespace', async ({ expect, onTestFinished }) => {
    const { kube, server, signal } = await aConnection({ onTestFinished }, (_request, response) => {
      answerJson(response, aPage(null))
    })
    const source = kube.listWatch({ resource: CERTIFICATE_REQUEST, namespace: 'team-a' })
    expect(await list(source, signal)).toEqual({ objects: [], versions: ['100'] })
    expect(server.requests).toMatchObject([
      {
        path: '/apis/cert-manager.io/v1/namespaces/team-a/certificaterequests',
        query: { limit: '500' },
      },
    ])
  })

  it('ends with the error when a continue token is too old', async ({ expect, onTestFinished }) => {
    const { source, signal } = await aListWatch({ onTestFinished }, ({ query }, response) => {
      if ('continue' in query) answerStatus(response, 410, 'the continue token is too old')
      else answerJson(response, aPage([anObject('a', '1')], 't1'))
    })
    expect(await list(source, signal)).toMatchObject({
      objects: [aRaw('a', '1')],
      error: { kind: 'gone', message: 'the continue token is too old' },
    })
  })

  it('gives objects before their page has come to its end', async ({ expect, onTestFinished }) => {
    const seen = Promise.withResolvers<void>()
    const { source, signal } = await aListWatch({ onTestFinished }, (_request, response) => {
      response.write(`{"items":[${JSON.stringify(anObject('a', '1'))},`)
      void seen.promise.then(() =>
        response.end(
          `${JSON.stringify(anObject('b', '2'))}],"metadata":{"resourceVersion":"100"}}`,
        ),
      )
    })
    const parts = source.list(signal)[Symbol.asyncIterator]()
    expect(await parts.next()).toEqual({
      done: false,
      value: { ok: true, value: { objects: [aRaw('a', '1')] } },
    })
    seen.resolve()
    expect(await list({ list: () => ({ [Symbol.asyncIterator]: () => parts }) }, signal)).toEqual({
      objects: [aRaw('b', '2')],
      versions: ['100'],
    })
  })

  it('ends with an error when a page is cut short, after what came of it', async ({
    expect,
    onTestFinished,
  }) => {
    const { source, signal } = await aListWatch({ onTestFinished }, (_request, response) => {
      response.end(`{"items":[${JSON.stringify(anObject('a', '1'))},`)
    })
    expect(await list(source, signal)).toMatchObject({
      objects: [aRaw('a', '1')],
      versions: [],
      error: { kind: 'unavailable' },
    })
  })

  it.for([
    ['is not JSON', 'nonsense'],
    ['has no version', JSON.stringify({ metadata: {}, items: [] })],
    ['has no items', JSON.stringify({ metadata: { resourceVersion: '1' } })],
    ['holds what is no object', JSON.stringify(aPage([{ metadata: { name: 'a' } }]))],
  ] as const)('takes no page that %s', async ([, body], { expect, onTestFinished }) => {
    const { source, signal } = await aListWatch({ onTestFinished }, (_request, response) => {
      response.end(body)
    })
    expect(await list(source, signal)).toMatchObject({
      objects: [],
      versions: [],
      error: { kind: 'unavailable' },
    })
  })

  it('gives a page 60 seconds, and not more', async ({ expect, onTestFinished }) => {
    const arrived = Promise.withResolvers<void>()
    const { source, clock, signal } = await aListWatch({ onTestFinished }, () => arrived.resolve())
    const listed: unknown[] = []
    const listing = list(source, signal).then((end) => listed.push(end))
    await arrived.promise
    await clock.advance(59_999)
    expect(listed).toEqual([])
    await clock.advance(1)
    await listing
    expect(listed).toMatchObject([{ error: { message: 'not done within 60000 ms' } }])
  })
})

describe('the field selector', () => {
  it(
    'is dropped for good when the server does not support it',
    { tags: ['AC-28'] },
    async ({ expect, onTestFinished }) => {
      const { source, server, log, signal } = await aListWatch(
        { onTestFinished },
        ({ query }, response) => {
          if ('fieldSelector' in query) answerStatus(response, 400, UNSUPPORTED)
          else if ('watch' in query) response.end()
          else answerJson(response, aPage([anObject('a', '1')]))
        },
      )
      for (let listing = 0; listing < 2; listing += 1) {
        expect(await list(source, signal)).toEqual({ objects: [aRaw('a', '1')], versions: ['100'] })
      }
      expect(await collect(source.watch('100', signal))).toEqual([])
      expect(server.requests.map(({ query }) => 'fieldSelector' in query)).toEqual([
        true,
        false,
        false,
        false,
      ])
      expect(log.lines.map(({ level }) => level)).toEqual(['info'])
    },
  )

  it.for([
    ['another 400', 400, 'limit is wrong'],
    ['another status with that text', 500, UNSUPPORTED],
  ] as const)('stays after %s', async ([, code, message], { expect, onTestFinished }) => {
    const { source, server, signal } = await aListWatch(
      { onTestFinished },
      (_request, response) => {
        answerStatus(response, code, message)
      },
    )
    for (let listing = 0; listing < 2; listing += 1) {
      expect(await list(source, signal)).toMatchObject({ error: { status: code, message } })
    }
    expect(server.requests.map(({ query }) => query['fieldSelector'])).toEqual([
      FIELD_SELECTOR,
      FIELD_SELECTOR,
    ])
  })

  it('does not make a server without selectors loop', async ({ expect, onTestFinished }) => {
    const { source, signal } = await aListWatch({ onTestFinished }, (_request, response) => {
      answerStatus(response, 400, UNSUPPORTED)
    })
    expect(await list(source, signal)).toMatchObject({ error: { status: 400 } })
  })
})
