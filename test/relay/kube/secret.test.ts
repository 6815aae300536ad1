import { describe, it } from 'vitest'
import { answerJson } from './fake-api-server.ts'
import { aConnection, type Ending } from './fixtures.ts'

/** Reads a Secret that comes as `body`. */
const readSecret = async (context: Ending, body: unknown) => {
  const { kube, server, signal } = await aConnection(context, (_request, response) => {
    answerJson(response, body)
  })
  const secret = await kube.readSecret({ namespace: 'team-a', name: 'edge-client' }, signal)
  return { secret, path: server.requests[0]?.path }
}

describe('readSecret', () => {
  const metadata = { resourceVersion: '41' }

  it('gives the data, decoded', async ({ expect, onTestFinished }) => {
    const data = { 'private-key.pem': 'a2V5Cg==', constructor: '/w==' }
    const { secret, path } = await readSecret({ onTestFinished }, { metadata, data })
    expect(path).toBe('/api/v1/namespaces/team-a/secrets/edge-client')
    expect(secret).toEqual({
      ok: true,
      value: {
        resourceVersion: '41',
        data: { 'private-key.pem': Buffer.from('key\n'), constructor: Buffer.from([0xff]) },
      },
    })
  })

  it('gives nothing for a Secret without data', async ({ expect, onTestFinished }) => {
    const { secret } = await readSecret({ onTestFinished }, { metadata })
    expect(secret).toEqual({ ok: true, value: { resourceVersion: '41', data: {} } })
  })

  it('never repeats what it could not read', async ({ expect, onTestFinished }) => {
    const { secret } = await readSecret(
      { onTestFinished },
      { metadata, data: { 'private-key.pem': 'not base64!' } },
    )
    expect(secret).toEqual({
      ok: false,
      error: { kind: 'unavailable', message: 'the answer of the API server is not a Secret' },
    })
  })
})
