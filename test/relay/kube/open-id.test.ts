import { describe, it } from 'vitest'
import { answerJson, answerStatus, type Handler } from './fake-api-server.ts'
import { aConnection } from './fixtures.ts'

/** As kube-apiserver: one media type for each document. */
const publishing: Handler = ({ path, headers: { accept } }, response) => {
  if (path === '/.well-known/openid-configuration' && accept === 'application/json') {
    answerJson(response, { issuer: 'https://a' })
  } else if (path === '/openid/v1/jwks' && accept === 'application/jwk-set+json') {
    answerJson(response, { keys: [] })
  } else answerStatus(response, 406, 'Not Acceptable')
}

describe('what an API server publishes about tokens', () => {
  it('is read with the media type that it has', async ({ expect, onTestFinished }) => {
    const { kube, signal } = await aConnection({ onTestFinished }, publishing)
    expect(await kube.readOpenIdConfiguration(signal)).toEqual({
      ok: true,
      value: { issuer: 'https://a' },
    })
    expect(await kube.readTokenKeys(signal)).toEqual({ ok: true, value: { keys: [] } })
  })
})
