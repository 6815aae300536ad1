import { adminClientPath, clientJwksPath } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { type ClusterKey, makeClusterKey } from '../../../support/cluster-token.ts'
import { anApp, type Exchange, send } from '../../support/app.ts'
import { aDirectory, aPut } from '../../support/directory.ts'
import { adminKeyOf, keyOf } from '../../support/fixture.ts'
import { get, signed } from '../../support/signed.ts'
import { aTokenClient, credentialOf, type TokenSigner } from '../../support/token.ts'

const pushed = (signer: TokenSigner, body: string): Request =>
  signed(
    { method: 'POST', credential: credentialOf(signer) },
    { key: signer.key, path: clientJwksPath(signer.client), body },
  )
const push = async (signer: TokenSigner, ...keys: readonly unknown[]): Promise<Exchange> =>
  send(pushed(signer, JSON.stringify({ keys })))

const isServed = async (signer: TokenSigner, cluster: ClusterKey): Promise<boolean> => {
  const { key } = signer
  const { status } = await send(get({ key, credential: credentialOf({ ...signer, cluster }) }))
  return status === 200
}

const audit = async (client: string) =>
  (await aDirectory().listChanges({ client, after: 0, limit: 100 })).changes

const next = makeClusterKey('RS256', 'b')

describe('a push', () => {
  it('adds a key, then takes the old one away; both verify tokens all the time', async ({
    expect,
  }) => {
    const signer = await aTokenClient()
    const { cluster } = signer
    expect(await isServed(signer, next)).toBe(false)
    const added = await push(signer, cluster.jwk, next.jwk)
    expect(added).toMatchObject({ status: 200, body: { keyIds: ['a', 'b'], isChanged: true } })
    expect(await isServed(signer, cluster)).toBe(true)
    expect(await isServed(signer, next)).toBe(true)
    const removed = await push({ ...signer, cluster: next }, next.jwk)
    expect(removed).toMatchObject({ status: 200, body: { keyIds: ['b', 'a'], isChanged: true } })
    expect(await isServed(signer, cluster)).toBe(true)
    expect(await isServed(signer, next)).toBe(true)
  })

  it('counts at once in an isolate that knew the client before', async ({ expect }) => {
    const signer = await aTokenClient()
    const { key, cluster } = signer
    const other = anApp()
    expect((await other(get({ key, credential: credentialOf(signer) }))).status).toBe(200)
    await push(signer, cluster.jwk, next.jwk)
    const requests = [1, 2, 3].map(async () =>
      other(get({ key, credential: credentialOf({ ...signer, cluster: next }) })),
    )
    const answers = await Promise.all(requests)
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  })

  it('keeps a key that left the set until its last token has expired', async ({ expect }) => {
    const signer = await aTokenClient()
    await push(signer, next.jwk)
    for (const [afterSeconds, status] of [
      [7200, 200],
      [7321, 401],
    ] as const) {
      const nowMs = Date.now() + afterSeconds * 1000
      const credential = credentialOf({ ...signer, nowMs })
      const answer = await send(get({ key: signer.key, nowMs, credential }), { nowMs: () => nowMs })
      expect([afterSeconds, answer.status]).toEqual([afterSeconds, status])
    }
  })

  it('is in the audit with its evidence, and what changed', async ({ expect }) => {
    const signer = await aTokenClient()
    const request = pushed(signer, JSON.stringify({ keys: [next.jwk] }))
    expect((await send(request.clone())).status).toBe(200)
    const [, change] = await audit(signer.client)
    expect(change).toMatchObject({ action: 'pushJwks', admin: null, keyId: signer.key.keyId })
    expect(JSON.parse(change?.before ?? '').entry.identity.jwks.keys).toMatchObject([{ kid: 'a' }])
    expect(JSON.parse(change?.after ?? '').entry.identity.jwks.keys).toMatchObject([{ kid: 'b' }])
    expect(change?.signatureBase).toContain(request.headers.get('edge-issuer-token'))
    expect(new Uint8Array(change?.body ?? new ArrayBuffer())).toEqual(
      new Uint8Array(await request.arrayBuffer()),
    )
  })

  it('is shown with its client, whose entry stays as it was put', async ({ expect }) => {
    const signer = await aTokenClient()
    await push(signer, next.jwk)
    const path = adminClientPath(signer.client)
    expect(await send(get({ key: adminKeyOf('admin'), path }))).toMatchObject({
      body: {
        entry: { identity: { jwks: { keys: [{ kid: 'a' }] } } },
        pushedJwks: { keys: [{ kid: 'b' }] },
      },
    })
  })

  it('of the set that is there changes nothing, in any order', async ({ expect }) => {
    const signer = await aTokenClient()
    await push(signer, signer.cluster.jwk, next.jwk)
    const again = await push(signer, next.jwk, signer.cluster.jwk)
    expect(again).toMatchObject({ status: 200, body: { keyIds: ['a', 'b'], isChanged: false } })
    expect(await audit(signer.client)).toHaveLength(2)
  })

  it('that was sent again does not take back a later one', async ({ expect }) => {
    const signer = await aTokenClient()
    const first = pushed(signer, JSON.stringify({ keys: [signer.cluster.jwk, next.jwk] }))
    await send(first.clone())
    await push(signer, signer.cluster.jwk, makeClusterKey('ES256', 'c').jwk)
    expect(await send(first)).toMatchObject({ status: 200, body: { isChanged: false } })
    expect(await audit(signer.client)).toHaveLength(3)
  })

  it('under a key that left the set is refused: who stole it does not stay', async ({ expect }) => {
    const signer = await aTokenClient()
    await push(signer, next.jwk)
    const refused = await push(signer, signer.cluster.jwk)
    expect(refused).toMatchObject({ status: 403, body: { code: 'jwks_push_refused' } })
  })

  it('stays when the entry is put again, and goes when its identity changes', async ({
    expect,
  }) => {
    const signer = await aTokenClient()
    const { client, cluster } = signer
    await push(signer, next.jwk)
    const { entry = '', version } = (await aDirectory().findClient(client)) ?? {}
    expect(version).toBe(1)
    const disabled = await aDirectory().putClient(
      aPut(client, { version: 1, entry, disabled: true }),
    )
    expect(disabled.ok).toBe(true)
    const enabled = await aDirectory().putClient(
      aPut(client, { version: 2, entry, disabled: false }),
    )
    expect(enabled.ok).toBe(true)
    expect(await isServed(signer, next)).toBe(true)
    const changed = JSON.parse(entry)
    changed.identity.subjects.push('system:serviceaccount:a:b')
    await aDirectory().putClient(aPut(client, { version: 3, entry: JSON.stringify(changed) }))
    expect(await isServed(signer, next)).toBe(false)
    expect(await isServed(signer, cluster)).toBe(true)
  })

  it('is limited in an hour', async ({ expect }) => {
    const signer = await aTokenClient()
    const statuses: number[] = []
    for (let index = 0; index < 21; index += 1) {
      const jwk = { ...next.jwk, kid: index % 2 === 0 ? 'b' : 'c' }
      statuses.push((await push(signer, signer.cluster.jwk, jwk)).status)
    }
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 200), 429])
  })
})

describe('refuses', () => {
  const { jwk } = makeClusterKey('ES256', 'x')
  const weakRsa = {
    kty: 'RSA',
    kid: 'r',
    e: 'AQAB',
    n: Buffer.alloc(128, 0xff).toString('base64url'),
  }
  it.for<[name: string, body: string, status: number, code: string]>([
    ['no JSON', '<html>', 400, 'request_malformed'],
    ['no set', '[]', 400, 'request_malformed'],
    ['an empty set', '{"keys":[]}', 400, 'request_malformed'],
    [
      'eleven keys',
      JSON.stringify({ keys: Array.from({ length: 11 }, (_, i) => ({ ...jwk, kid: String(i) })) }),
      400,
      'request_malformed',
    ],
    ['a huge set', JSON.stringify({ keys: ['x'.repeat(65_536)] }), 413, 'request_too_large'],
    ['a kid twice', JSON.stringify({ keys: [jwk, jwk] }), 400, 'request_malformed'],
    ['no kid', JSON.stringify({ keys: [{ ...jwk, kid: undefined }] }), 400, 'request_malformed'],
    ['a private key', JSON.stringify({ keys: [{ ...jwk, d: 'AA' }] }), 400, 'request_malformed'],
    [
      'a symmetric key',
      JSON.stringify({ keys: [{ kty: 'oct', kid: 'o', k: 'AAAA' }] }),
      400,
      'request_malformed',
    ],
    ['weak RSA', JSON.stringify({ keys: [weakRsa] }), 400, 'request_malformed'],
    [
      'a curve that is not allowed',
      JSON.stringify({ keys: [{ ...jwk, crv: 'secp256k1' }] }),
      400,
      'request_malformed',
    ],
  ])('%s', async ([, body, status, code], { expect }) => {
    const signer = await aTokenClient()
    expect(await send(pushed(signer, body))).toMatchObject({ status, body: { code } })
    expect(await audit(signer.client)).toHaveLength(1)
  })

  it('names the key that may not be there', async ({ expect }) => {
    const { body } = await push(await aTokenClient(), jwk, { ...jwk, kid: 'y', d: 'AA' })
    expect(body).toMatchObject({ errors: [{ field: '/keys/1/d' }] })
  })

  it('a client that may not push', async ({ expect }) => {
    const signer = await aTokenClient({ jwksPush: false })
    const { status, body } = await push(signer, next.jwk)
    expect({ status, body }).toMatchObject({
      status: 403,
      body: {
        code: 'jwks_push_refused',
        detail: `identity.jwksPush of client "${signer.client}" is false; the worker's operator can set identity.jwks`,
      },
    })
    expect(await isServed(signer, next)).toBe(false)
  })

  it('a registered key', async ({ expect }) => {
    const path = clientJwksPath('cluster-1')
    const request = signed({ method: 'POST' }, { key: keyOf('cluster-1'), path, body: '{}' })
    expect(await send(request)).toMatchObject({ status: 403, body: { code: 'jwks_push_refused' } })
  })

  it('the path of another client', async ({ expect }) => {
    const signer = await aTokenClient()
    const { client } = await aTokenClient()
    const request = signed(
      { method: 'POST', credential: credentialOf(signer) },
      { key: signer.key, path: clientJwksPath(client), body: JSON.stringify({ keys: [next.jwk] }) },
    )
    expect(await send(request)).toMatchObject({ status: 404, body: { code: 'path_unknown' } })
  })

  it('a client that was disabled since the worker looked', async ({ expect }) => {
    const signer = await aTokenClient()
    const app = anApp()
    const { client, key } = signer
    expect((await app(get({ key, credential: credentialOf(signer) }))).status).toBe(200)
    const { entry = '' } = (await aDirectory().findClient(client)) ?? {}
    await aDirectory().putClient(aPut(client, { version: 1, entry, disabled: true }))
    const refused = await app(pushed(signer, JSON.stringify({ keys: [next.jwk] })))
    expect(refused).toMatchObject({ status: 403, body: { code: 'jwks_push_refused' } })
  })
})
