import { describe, it } from 'vitest'
import { CERTIFICATE_REQUEST } from '../../../relay/src/api/group.ts'
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

describe('list', () => {
  it('goes from page to page', async ({ expect, onTestFinished }) => {
    const { source, server, signal } = await aListWatch(
      { onTestFinished },
      ({ query }, response) => {
        const last = aPage([anObject('b', '2')], '')
        answerJson(response, query['continue'] === 't1' ? last : aPage([anObject('a', '1')], 't1'))
      },
    )
    expect(await collect(source.list(signal))).toMatchObject([
      { ok: true, value: { objects: [aRaw('a', '1')], resourceVersion: '100' } },
      { ok: true, value: { objects: [aRaw('b', '2')], resourceVersion: '100' } },
    ])
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
    expect(await collect(source.list(signal))).toMatchObject([{ ok: true, value: { objects: [] } }])
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
    expect(await collect(source.list(signal))).toMatchObject([
      { ok: true },
      { ok: false, error: { kind: 'gone', message: 'the continue token is too old' } },
    ])
  })

  it('asks for smaller pages when one is too large', async ({ expect, onTestFinished }) => {
    const { source, server, signal } = await aListWatch(
      { onTestFinished },
      ({ query }, response) => {
        if (Number(query['limit']) > 125) response.end('x'.repeat(32 * 1_048_576 + 1))
        else answerJson(response, aPage([anObject('a', '1')]))
      },
    )
    expect(await collect(source.list(signal))).toMatchObject([{ ok: true }])
    expect(server.requests.map(({ query }) => query['limit'])).toEqual(['500', '250', '125'])
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
    expect(await collect(source.list(signal))).toMatchObject([
      { ok: false, error: { kind: 'unavailable' } },
    ])
  })

  it('gives a page 60 seconds, and not more', async ({ expect, onTestFinished }) => {
    const arrived = Promise.withResolvers<void>()
    const { source, clock, signal } = await aListWatch({ onTestFinished }, () => arrived.resolve())
    const listed: unknown[] = []
    const listing = collect(source.list(signal)).then((pages) => listed.push(...pages))
    await arrived.promise
    await clock.advance(59_999)
    expect(listed).toEqual([])
    await clock.advance(1)
    await listing
    expect(listed).toMatchObject([{ error: { message: 'not done within 60000 ms' } }])
  })
})

describe('the field selector', () => {
  it('is dropped for good when the server does not support it', async ({
    expect,
    onTestFinished,
  }) => {
    const { source, server, log, signal } = await aListWatch(
      { onTestFinished },
      ({ query }, response) => {
        if ('fieldSelector' in query) answerStatus(response, 400, UNSUPPORTED)
        else if ('watch' in query) response.end()
        else answerJson(response, aPage([anObject('a', '1')]))
      },
    )
    for (let listing = 0; listing < 2; listing += 1) {
      expect(await collect(source.list(signal))).toMatchObject([{ ok: true }])
    }
    expect(await collect(source.watch('100', signal))).toEqual([])
    expect(server.requests.map(({ query }) => 'fieldSelector' in query)).toEqual([
      true,
      false,
      false,
      false,
    ])
    expect(log.lines.map(({ level }) => level)).toEqual(['info'])
  })

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
      const pages = await collect(source.list(signal))
      expect(pages).toMatchObject([{ ok: false, error: { status: code, message } }])
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
    expect(await collect(source.list(signal))).toMatchObject([{ ok: false }])
  })
})
