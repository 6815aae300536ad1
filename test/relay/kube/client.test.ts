import { once } from 'node:events'
import { describe, it } from 'vitest'
import { CERTIFICATE_REQUEST, CLUSTER_ISSUER } from '../../../relay/src/api/group.ts'
import type { EventObject } from '../../../relay/src/kube/ports.ts'
import { answerJson, answerStatus } from './fake-api-server.ts'
import { aConnection } from './fixtures.ts'

const REF = { namespace: 'team-a', name: 'web-1' }
const REQUESTS_PATH = '/apis/cert-manager.io/v1/namespaces/team-a/certificaterequests'

describe('getObject', () => {
  it('asks for one object, as the relay', async ({ expect, onTestFinished }) => {
    const { kube, server, signal } = await aConnection({ onTestFinished }, (_request, response) => {
      answerJson(response, { metadata: { name: 'web-1' } })
    })
    expect(await kube.getObject(CERTIFICATE_REQUEST, REF, signal)).toEqual({
      ok: true,
      value: { metadata: { name: 'web-1' } },
    })
    expect(server.requests).toMatchObject([
      {
        method: 'GET',
        path: `${REQUESTS_PATH}/web-1`,
        query: {},
        headers: {
          accept: 'application/json',
          'user-agent': 'edge-issuer-relay',
        },
      },
    ])
  })

  it('asks for a cluster-scoped object without a namespace', async ({ expect, onTestFinished }) => {
    const { kube, server, signal } = await aConnection({ onTestFinished }, (_request, response) => {
      answerJson(response, {})
    })
    await kube.getObject(CLUSTER_ISSUER, { name: 'a/b' }, signal)
    expect(server.requests[0]?.path).toBe('/apis/edge-issuer.dev/v1alpha1/clusterissuers/a%2Fb')
  })

  it.for([
    [404, 'not-found'],
    [403, 'forbidden'],
    [500, 'unavailable'],
  ] as const)(
    'says what the server said with HTTP %i',
    async ([code, kind], { expect, onTestFinished }) => {
      const { kube, signal } = await aConnection({ onTestFinished }, (_request, response) => {
        answerStatus(response, code, 'because')
      })
      expect(await kube.getObject(CERTIFICATE_REQUEST, REF, signal)).toEqual({
        ok: false,
        error: { kind, status: code, message: 'because' },
      })
    },
  )

  it('waits as long as the server asks', async ({ expect, onTestFinished }) => {
    const { kube, signal } = await aConnection({ onTestFinished }, (_request, response) => {
      response.setHeader('retry-after', '3')
      answerStatus(response, 429, 'too many requests')
    })
    expect(await kube.getObject(CERTIFICATE_REQUEST, REF, signal)).toMatchObject({
      error: { kind: 'throttled', retryAfterMs: 3_000 },
    })
  })

  it.for([
    ['is not JSON', '<html>'],
    ['is too long', `"${'x'.repeat(4 * 1_048_576)}"`],
  ] as const)('takes no answer that %s', async ([, body], { expect, onTestFinished }) => {
    const { kube, signal } = await aConnection({ onTestFinished }, (_request, response) => {
      response.end(body)
    })
    expect(await kube.getObject(CERTIFICATE_REQUEST, REF, signal)).toEqual({
      ok: false,
      error: {
        kind: 'unavailable',
        message: `the answer of the API server to GET ${REQUESTS_PATH}/web-1 is not an object in JSON`,
      },
    })
  })

  it('reports a connection that is cut', async ({ expect, onTestFinished }) => {
    const { kube, signal } = await aConnection({ onTestFinished }, (_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"half')
      response.socket?.resetAndDestroy()
    })
    const answer = await kube.getObject(CERTIFICATE_REQUEST, REF, signal)
    expect(answer).toMatchObject({ ok: false, error: { kind: 'unavailable' } })
  })

  it('reports a server that is not there', async ({ expect, onTestFinished }) => {
    const { kube, server, signal } = await aConnection({ onTestFinished }, () => undefined)
    await server.stopListening()
    const answer = await kube.getObject(CERTIFICATE_REQUEST, REF, signal)
    expect(answer).toMatchObject({
      error: { kind: 'unavailable', message: expect.stringContaining('ECONNREFUSED') },
    })
  })

  it('gives up after 30 seconds, and not before', async ({ expect, onTestFinished }) => {
    const arrived = Promise.withResolvers<void>()
    const { kube, clock, signal } = await aConnection({ onTestFinished }, () => arrived.resolve())
    const answers: unknown[] = []
    const asking = kube.getObject(CERTIFICATE_REQUEST, REF, signal).then((got) => answers.push(got))
    await arrived.promise
    await clock.advance(29_999)
    expect(answers).toEqual([])
    await clock.advance(1)
    await asking
    expect(answers).toEqual([
      {
        ok: false,
        error: { kind: 'unavailable', message: 'the API server did not respond within 30 s' },
      },
    ])
  })

  it('ends with its signal, and closes the connection', async ({ expect, onTestFinished }) => {
    const stop = new AbortController()
    const closed = Promise.withResolvers<void>()
    const { kube, clock } = await aConnection({ onTestFinished }, (_request, response) => {
      void once(response, 'close').then(() => closed.resolve())
      stop.abort(new Error('stopping'))
    })
    expect(await kube.getObject(CERTIFICATE_REQUEST, REF, stop.signal)).toEqual({
      ok: false,
      error: { kind: 'unavailable', message: 'stopping' },
    })
    await closed.promise
    expect(clock.pendingMs).toEqual([])
  })

  it('keeps connections for later calls', async ({ expect, onTestFinished }) => {
    const { kube, server, signal } = await aConnection({ onTestFinished }, (_request, response) => {
      answerJson(response, {})
    })
    for (let call = 0; call < 10; call += 1) await kube.getObject(CERTIFICATE_REQUEST, REF, signal)
    // A call may come before the connection of the last one is free again.
    expect(server.connections).toBeLessThanOrEqual(2)
  })
})

describe('applyStatus', () => {
  const write = {
    resource: CERTIFICATE_REQUEST,
    ref: REF,
    resourceVersion: '41',
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  }

  it(
    'applies on the status of the version that was decided on',
    { tags: ['AC-9'] },
    async ({ expect, onTestFinished }) => {
      const { kube, server, signal } = await aConnection(
        { onTestFinished },
        (_request, response) => {
          answerJson(response, { metadata: { resourceVersion: '42' } })
        },
      )
      expect(await kube.applyStatus(write, signal)).toEqual({
        ok: true,
        value: { metadata: { resourceVersion: '42' } },
      })
      expect(server.requests).toMatchObject([
        {
          method: 'PATCH',
          path: `${REQUESTS_PATH}/web-1/status`,
          query: { fieldManager: 'edge-issuer.dev', force: 'true' },
          headers: { 'content-type': 'application/apply-patch+yaml' },
        },
      ])
      expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
        apiVersion: 'cert-manager.io/v1',
        kind: 'CertificateRequest',
        metadata: { namespace: 'team-a', name: 'web-1', resourceVersion: '41' },
        status: write.status,
      })
    },
  )

  it('reports that the object has moved on', async ({ expect, onTestFinished }) => {
    const { kube, signal } = await aConnection({ onTestFinished }, (_request, response) => {
      answerStatus(response, 409, 'the object has been modified')
    })
    expect(await kube.applyStatus(write, signal)).toEqual({
      ok: false,
      error: { kind: 'conflict', status: 409, message: 'the object has been modified' },
    })
  })
})

describe('createEvent', () => {
  it('creates it in its namespace', async ({ expect, onTestFinished }) => {
    const { kube, server, signal } = await aConnection({ onTestFinished }, (_request, response) => {
      answerJson(response, {}, 201)
    })
    const event: EventObject = {
      metadata: { name: 'web-1.17', namespace: 'team-a' },
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'edge-issuer.dev/relay',
      reportingInstance: 'relay-0',
      type: 'Normal',
      reason: 'Issued',
      action: 'Synced',
      note: 'done',
      regarding: { apiVersion: 'cert-manager.io/v1', kind: 'CertificateRequest', ...REF, uid: 'u' },
    }
    expect(await kube.createEvent(event, signal)).toEqual({ ok: true, value: undefined })
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/apis/events.k8s.io/v1/namespaces/team-a/events',
        headers: { 'content-type': 'application/json' },
      },
    ])
    expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      ...event,
    })
  })
})
