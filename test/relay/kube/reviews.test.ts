import { describe, it } from 'vitest'
import { answerJson, answerStatus } from './fake-api-server.ts'
import { aConnection, type Ending } from './fixtures.ts'

const CALLER = {
  username: 'system:serviceaccount:monitoring:prometheus',
  uid: 'u',
  groups: ['system:serviceaccounts'],
  extra: { 'authentication.kubernetes.io/pod-name': ['prometheus-0'] },
}

const answering = async (context: Ending, body: unknown) =>
  aConnection(context, (_request, response) => answerJson(response, body, 201))

describe('reviewToken', () => {
  it('returns the user of the token', async ({ expect, onTestFinished }) => {
    const status = { authenticated: true, user: CALLER, audiences: ['https://kubernetes'] }
    const { kube, server, signal } = await answering({ onTestFinished }, { status })
    expect(await kube.reviewToken('abc', signal)).toEqual({ ok: true, value: CALLER })
    const [request] = server.requests
    expect(request).toMatchObject({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
    })
    expect(JSON.parse(request?.body ?? '')).toEqual({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: 'abc' },
    })
  })

  it.for([
    ['is not valid', { error: 'invalid bearer token', user: {} }],
    ['says nothing', {}],
    ['is of somebody, but not valid', { authenticated: false, user: CALLER }],
  ] as const)(
    'gives nobody for a token that %s',
    async ([, status], { expect, onTestFinished }) => {
      const { kube, signal } = await answering({ onTestFinished }, { status })
      expect(await kube.reviewToken('abc', signal)).toEqual({ ok: true, value: undefined })
    },
  )

  it('says when there is no answer, or none that makes sense', async ({
    expect,
    onTestFinished,
  }) => {
    const refused = await aConnection({ onTestFinished }, (_request, response) =>
      answerStatus(response, 403, 'cannot create tokenreviews'),
    )
    expect(await refused.kube.reviewToken('abc', refused.signal)).toMatchObject({
      error: { kind: 'forbidden' },
    })
    const garbled = await answering({ onTestFinished }, { status: { authenticated: 'yes' } })
    expect(await garbled.kube.reviewToken('abc', garbled.signal)).toMatchObject({
      error: { kind: 'unavailable' },
    })
  })
})

describe('reviewAccess', () => {
  const access = { caller: CALLER, path: '/metrics', verb: 'get' }

  it('asks for the caller, all that is known of it', async ({ expect, onTestFinished }) => {
    const { kube, server, signal } = await answering(
      { onTestFinished },
      { status: { allowed: true } },
    )
    expect(await kube.reviewAccess(access, signal)).toEqual({ ok: true, value: true })
    const [request] = server.requests
    expect(request?.path).toBe('/apis/authorization.k8s.io/v1/subjectaccessreviews')
    const { username: user, ...rest } = CALLER
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      kind: 'SubjectAccessReview',
      spec: { user, ...rest, nonResourceAttributes: { path: '/metrics', verb: 'get' } },
    })
  })

  it.for([
    ['not allowed', { allowed: false }, false],
    ['allowed and denied', { allowed: true, denied: true }, false],
    ['nothing', {}, false],
  ] as const)('%s', async ([, status, value], { expect, onTestFinished }) => {
    const { kube, signal } = await answering({ onTestFinished }, { status })
    expect(await kube.reviewAccess(access, signal)).toEqual({ ok: true, value })
  })
})

it('each request is reported to the metrics', async ({ expect, onTestFinished }) => {
  const heard: unknown[] = []
  let code = 200
  const { kube, server, signal } = await aConnection(
    { onTestFinished },
    (_request, response) => answerJson(response, { status: {} }, code),
    { onAnswer: (answer) => heard.push(answer) },
  )
  for (code of [200, 201, 403]) await kube.reviewToken('abc', signal)
  await server.stopListening()
  await kube.reviewToken('abc', signal)
  const { host } = new URL(server.url)
  expect(heard).toEqual(
    ['200', '201', '403', '<error>'].map((status) => ({ method: 'POST', code: status, host })),
  )
})
