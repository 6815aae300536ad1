/** Requests that a ServiceAccount token authenticates, and every way in which it does not. */
import { ADMIN_CERTIFICATES_PATH, tokenAudience } from '@edge-issuer/shared'
import { makeKey } from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { makeClusterKey, type TokenChanges } from '../../../support/cluster-token.ts'
import { anApp, send } from '../../support/app.ts'
import { aRegisteredClient } from '../../support/directory.ts'
import { keyOf, type SigningKey, signingKey } from '../../support/fixture.ts'
import { aSignRequest } from '../../support/sign-request.ts'
import { edit, get, post, withHeaders } from '../../support/signed.ts'
import { aTokenClient, credentialOf, tokenGet, type TokenSigner } from '../../support/token.ts'

const newKey = (): SigningKey => signingKey(makeKey('Ed25519').privateKey)

const fail = async (): Promise<never> => Promise.reject(new Error('overloaded'))

const REJECTED = {
  status: 401,
  body: {
    type: 'tag:edge-issuer.dev,2026:refusal:credentials_rejected',
    title: 'The request is not signed by a registered client',
    status: 401,
    code: 'credentials_rejected',
    class: 'issuer',
    detail:
      "the request is not signed by a registered key for this URL; the worker's log has the reason under the request id",
  },
}

describe('a client with an identity', () => {
  it('gets a certificate without a registered key', async ({ expect }) => {
    const signer = await aTokenClient()
    const { key } = signer
    const issued = await send(post(aSignRequest(), { key, credential: credentialOf(signer) }))
    expect(issued.status).toBe(201)
    expect(issued.log.at(-1)).toMatchObject({ client: signer.client, keyId: key.keyId })
    expect((await send(tokenGet(signer))).status).toBe(200)
  })

  it('may have several relays, each with a key', async ({ expect }) => {
    const signer = await aTokenClient()
    expect((await send(tokenGet({ ...signer, key: newKey() }))).status).toBe(200)
  })

  it('cannot use its key without the token', async ({ expect }) => {
    const { key } = await aTokenClient()
    const { log, ...answer } = await send(get({ key }))
    expect(answer).toMatchObject(REJECTED)
    expect(log.at(-1)).toMatchObject({ reason: 'key_unknown' })
  })

  it('opens no path of an admin', async ({ expect }) => {
    const signer = await aTokenClient()
    const { key } = signer
    const credential = credentialOf(signer)
    const { log, ...answer } = await send(get({ key, credential, path: ADMIN_CERTIFICATES_PATH }))
    expect(answer).toMatchObject(REJECTED)
    expect(log.at(-1)).toMatchObject({ reason: 'token_not_accepted' })
  })

  it('learns of its clock only after its token was verified', async ({ expect }) => {
    const signer = await aTokenClient()
    const nowMs = Date.now() - 120_000
    const late = get({ key: signer.key, credential: credentialOf(signer), nowMs })
    expect(await send(late)).toMatchObject({ body: { code: 'clock_skew' } })
    const credential = credentialOf(signer, { payload: { sub: 'system:serviceaccount:a:b' } })
    expect(await send(get({ key: signer.key, credential, nowMs }))).toMatchObject(REJECTED)
  })

  it('gets a temporary refusal while the directory does not respond', async ({ expect }) => {
    const signer = await aTokenClient()
    const down = await send(tokenGet(signer), {
      openClientSource: () => ({ findClient: fail, findClientByKey: fail, listIds: fail }),
    })
    expect(down).toMatchObject({ status: 503, body: { code: 'directory_unavailable' } })
  })
})

const seconds = (): number => Math.floor(Date.now() / 1000)

describe('a request is rejected, with one answer for', () => {
  it.for<[name: string, reason: string, changes: TokenChanges]>([
    ['a token of another audience', 'token_audience_mismatch', { payload: { aud: ['api'] } }],
    [
      'a token of another worker',
      'token_audience_mismatch',
      { payload: { aud: [tokenAudience('https://other.example', 'k'.repeat(43))] } },
    ],
    [
      'a token of another ServiceAccount',
      'token_subject_not_registered',
      { payload: { sub: 'system:serviceaccount:edge-issuer:other' } },
    ],
    [
      'a token of another namespace',
      'token_subject_not_registered',
      { payload: { sub: 'system:serviceaccount:other:edge-issuer-relay' } },
    ],
    ['a token of another issuer', 'token_issuer_mismatch', { payload: { iss: 'https://other' } }],
    [
      'an expired token',
      'token_expired',
      { payload: { iat: seconds() - 3600, exp: seconds() - 61 } },
    ],
    ['a token from the future', 'token_not_yet_valid', { payload: { iat: seconds() + 120 } }],
    ['a token of an unknown key', 'token_key_unknown', { header: { kid: 'unknown' } }],
    [
      'an unsigned token',
      'token_algorithm_not_allowed',
      { header: { alg: 'none' }, signature: '' },
    ],
    [
      'a token with a MAC by the public key',
      'token_algorithm_not_allowed',
      { header: { alg: 'HS256' }, secret: 'x' },
    ],
    ['an oversized token', 'token_too_long', { payload: { x: 'x'.repeat(4096) } }],
    ['a token that is none', 'token_malformed', { rawHeader: '', rawPayload: '' }],
  ])('%s', async ([, reason, changes], { expect }) => {
    const { log, ...answer } = await send(tokenGet(await aTokenClient(), changes))
    expect(answer).toMatchObject(REJECTED)
    expect(log).toEqual([expect.objectContaining({ outcome: 'credentials_rejected', reason })])
  })

  it.for<
    [name: string, reason: string, request: (signer: TokenSigner) => Request | Promise<Request>]
  >([
    [
      'another cluster with the same issuer and key id',
      'token_signature_invalid',
      (signer) => tokenGet({ ...signer, cluster: makeClusterKey('ES256', 'a') }),
    ],
    [
      'a stolen token without its key',
      'token_audience_mismatch',
      (signer) => {
        const key = newKey()
        const { publicKey } = credentialOf({ ...signer, key })
        const credential = { ...credentialOf(signer), publicKey }
        return get({ key, credential })
      },
    ],
    [
      'a stolen token with the public key that it is bound to',
      'signature_invalid',
      (signer) => {
        const { privateKey } = newKey()
        const key = { keyId: signer.key.keyId, privateKey }
        return get({ key, credential: credentialOf(signer) })
      },
    ],
    [
      'a key id that is not that of the key',
      'key_mismatch',
      (signer) => {
        const key = { ...signer.key, keyId: newKey().keyId }
        return get({ key, credential: credentialOf(signer) })
      },
    ],
    [
      'a key of small order',
      'key_malformed',
      (signer) => {
        const publicKey = `AQ${'A'.repeat(41)}`
        const credential = { ...credentialOf(signer), publicKey }
        return get({ key: signer.key, credential })
      },
    ],
    [
      'a name that no client has',
      'client_unknown',
      (signer) => tokenGet({ ...signer, client: 'nothing' }),
    ],
    [
      'a client without an identity',
      'token_not_accepted',
      async (signer) => {
        const { name } = await aRegisteredClient()
        return tokenGet({ ...signer, client: name })
      },
    ],
    [
      'a client that has keys alone',
      'token_not_accepted',
      (signer) => tokenGet({ ...signer, client: 'cluster-1' }),
    ],
    [
      'the key of such a client with a token',
      'token_not_accepted',
      (signer) => tokenGet({ ...signer, key: keyOf('cluster-1'), client: 'cluster-1' }),
    ],
    [
      'a token that was added to a signed request',
      'signature_unreadable',
      (signer) => {
        const { client, publicKey, token } = credentialOf(signer)
        return Promise.resolve(
          withHeaders(get(), {
            'edge-issuer-client': client,
            'edge-issuer-key': publicKey,
            'edge-issuer-token': token,
          }),
        )
      },
    ],
    [
      'another token than the signed one',
      'signature_invalid',
      (signer) => {
        const { token } = credentialOf(signer, { payload: { jti: 'x' } })
        return withHeaders(tokenGet(signer), { 'edge-issuer-token': token })
      },
    ],
    [
      'another client than the signed one',
      'signature_invalid',
      async (signer) => {
        const { client } = await aTokenClient()
        return withHeaders(tokenGet(signer), { 'edge-issuer-client': client })
      },
    ],
    [
      'a token that was taken away',
      'token_malformed',
      (signer) => {
        const changed = new Request(tokenGet(signer))
        changed.headers.delete('edge-issuer-token')
        return changed
      },
    ],
    [
      'components without the token',
      'signature_unreadable',
      (signer) =>
        edit(tokenGet(signer), 'signature-input', (value) =>
          value.replace(' "edge-issuer-token"', ''),
        ),
    ],
  ])('%s', async ([, reason, request], { expect }) => {
    const { log, ...answer } = await send(await request(await aTokenClient()))
    expect(answer).toMatchObject(REJECTED)
    expect(log).toEqual([expect.objectContaining({ outcome: 'credentials_rejected', reason })])
  })

  it("a token of another client's cluster, whose keys the isolate knows", async ({ expect }) => {
    const victim = await aTokenClient()
    const cluster = makeClusterKey('ES256', 'b')
    const thief = { ...(await aTokenClient({ jwks: { keys: [cluster.jwk] } })), cluster }
    const app = anApp()
    expect((await app(tokenGet(victim))).status).toBe(200)
    expect((await app(tokenGet(thief))).status).toBe(200)
    const { log, ...answer } = await app(tokenGet({ ...thief, client: victim.client }))
    expect(answer).toMatchObject(REJECTED)
    expect(log.at(-1)).toMatchObject({ reason: 'token_key_unknown' })
  })

  it('the MAC of a public key that the client has', async ({ expect }) => {
    const signer = await aTokenClient()
    const secret = signer.cluster.publicKey.export({ format: 'pem', type: 'spki' })
    const { log, ...answer } = await send(tokenGet(signer, { header: { alg: 'HS256' }, secret }))
    expect(answer).toMatchObject(REJECTED)
    expect(log.at(-1)).toMatchObject({ reason: 'token_algorithm_not_allowed' })
  })
})
