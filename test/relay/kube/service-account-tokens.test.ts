import { describe, it } from 'vitest'
import { answerJson, answerStatus } from './fake-api-server.ts'
import { aConnection, type Ending } from './fixtures.ts'

const answering = async (context: Ending, body: unknown) =>
  aConnection(context, (_request, response) => answerJson(response, body, 201))

const REQUEST = {
  serviceAccount: { namespace: 'team-a', name: 'ca-client' },
  audience: 'edge-issuer:v1:https://ca.test;jkt=x',
}

describe('requestToken', () => {
  it.for([
    { name: 'without a Pod', pod: undefined, want: {} },
    {
      name: 'bound to a Pod',
      pod: { name: 'relay-0', uid: '1' },
      want: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'relay-0', uid: '1' } },
    },
  ])(
    'asks for one audience and an hour, $name',
    async ({ pod, want }, { expect, onTestFinished }) => {
      const body = { status: { token: 'a.b.c', expirationTimestamp: '2026-01-01T01:00:00Z' } }
      const { kube, server, signal } = await answering({ onTestFinished }, body)
      expect(await kube.requestToken({ ...REQUEST, pod }, signal)).toEqual({
        ok: true,
        value: 'a.b.c',
      })
      const [request] = server.requests
      expect(request).toMatchObject({
        method: 'POST',
        path: '/api/v1/namespaces/team-a/serviceaccounts/ca-client/token',
      })
      expect(JSON.parse(request?.body ?? '')).toEqual({
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: [REQUEST.audience], expirationSeconds: 3_600, ...want },
      })
    },
  )

  it('says when it is refused, or the answer has no token', async ({ expect, onTestFinished }) => {
    const refused = await aConnection({ onTestFinished }, (_request, response) =>
      answerStatus(response, 403, 'cannot create serviceaccounts/token'),
    )
    expect(await refused.kube.requestToken(REQUEST, refused.signal)).toMatchObject({
      error: { kind: 'forbidden' },
    })
    const garbled = await answering({ onTestFinished }, { status: { token: '' } })
    expect(await garbled.kube.requestToken(REQUEST, garbled.signal)).toMatchObject({
      error: { kind: 'unavailable', message: 'the answer of the API server is not a TokenRequest' },
    })
  })
})

describe('whoAmI', () => {
  it('returns the user of this connection', async ({ expect, onTestFinished }) => {
    const userInfo = { username: 'system:serviceaccount:a:b', extra: { x: ['y'] } }
    const { kube, server, signal } = await answering({ onTestFinished }, { status: { userInfo } })
    expect(await kube.whoAmI(signal)).toMatchObject({ ok: true, value: userInfo })
    const [request] = server.requests
    expect(request?.path).toBe('/apis/authentication.k8s.io/v1/selfsubjectreviews')
    expect(JSON.parse(request?.body ?? '')).toEqual({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'SelfSubjectReview',
    })
  })

  it('says when the answer is another one', async ({ expect, onTestFinished }) => {
    const { kube, signal } = await answering({ onTestFinished }, { status: {} })
    expect(await kube.whoAmI(signal)).toMatchObject({
      error: { message: 'the answer of the API server is not a SelfSubjectReview' },
    })
  })
})

it('readTokenKeys reads the key set', async ({ expect, onTestFinished }) => {
  const { kube, server, signal } = await answering({ onTestFinished }, { keys: [] })
  expect(await kube.readTokenKeys(signal)).toEqual({ ok: true, value: { keys: [] } })
  expect(server.requests[0]).toMatchObject({ method: 'GET', path: '/openid/v1/jwks' })
})
