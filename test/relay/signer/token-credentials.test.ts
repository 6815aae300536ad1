import { err, ok, type Result } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { ConnectError } from '../../../relay/src/signer/connect-error.ts'
import { type HeldToken, readHeldToken } from '../../../relay/src/signer/held-token.ts'
import { TokenCredentials } from '../../../relay/src/signer/token-credentials.ts'
import { FakeClock, settle } from '../queue/fake-clock.ts'
import { aToken } from './tokens.ts'

const NEVER = new AbortController().signal
const HOUR_MS = 3_600_000
const DOWN: ConnectError = { kind: 'api', message: 'down' }

/** Options of a test, and what happened. */
class Harness {
  readonly clock = new FakeClock()
  readonly audiences: string[] = []
  pushes = 0
  /** `kid` of the API server's key. */
  kid = 'old'
  isDown = false
  isPushAccepted = true
  readonly credentials = new TokenCredentials({
    client: 'prod',
    url: 'https://ca.test/edge',
    request: async (audience) => this.#request(audience),
    pushKeys: async () => {
      this.pushes += 1
      return Promise.resolve(this.isPushAccepted)
    },
    clock: this.clock,
  })

  async token(): Promise<string> {
    const read = await this.credentials.read()
    return read.ok ? read.value : read.error.message
  }

  async #request(audience: string): Promise<Result<HeldToken, ConnectError>> {
    this.audiences.push(audience)
    await settle()
    if (this.isDown) return err(DOWN)
    const held = readHeldToken(
      aToken(String(this.audiences.length), this.kid),
      this.clock.uptimeMs(),
    )
    if (!held.ok) throw new Error(held.error)
    return held
  }
}

describe('TokenCredentials', () => {
  it('request one token for all callers, whose one audience names the worker and the key', async ({
    expect,
  }) => {
    const harness = new Harness()
    const { credentials } = harness
    const ready = await Promise.all([1, 2, 3].map(async () => credentials.ready(NEVER)))
    expect(ready).toEqual([ok(undefined), ok(undefined), ok(undefined)])
    expect(harness.audiences).toEqual([
      `edge-issuer:v1:https://ca.test/edge;jkt=${credentials.key.keyId}`,
    ])
    expect(await harness.token()).toBe(aToken('1'))
    expect(credentials.serviceAccount.client).toBe('prod')
  })

  it('has another key each time', ({ expect }) => {
    expect(new Harness().credentials.key.keyId).not.toBe(new Harness().credentials.key.keyId)
  })

  it('renews the token after 80 % of its life', async ({ expect }) => {
    const harness = new Harness()
    await harness.credentials.ready(NEVER)
    await harness.clock.advance(0.8 * HOUR_MS - 1)
    await harness.credentials.ready(NEVER)
    expect(await harness.token()).toBe(aToken('1'))
    await harness.clock.advance(1)
    await harness.credentials.ready(NEVER)
    expect(await harness.token()).toBe(aToken('2'))
  })

  it('uses the old token while the API server is down, until a minute before its end', async ({
    expect,
  }) => {
    const harness = new Harness()
    await harness.credentials.ready(NEVER)
    harness.isDown = true
    await harness.clock.advance(0.9 * HOUR_MS)
    expect(await harness.credentials.ready(NEVER)).toEqual(ok(undefined))
    expect(await harness.credentials.ready(NEVER)).toEqual(ok(undefined))
    // The second call waits before it asks again.
    expect(harness.audiences).toHaveLength(2)
    expect(await harness.token()).toBe(aToken('1'))
    await harness.clock.advance(0.1 * HOUR_MS - 60_000)
    expect(await harness.credentials.ready(NEVER)).toEqual(err(DOWN))
    harness.isDown = false
    expect(await harness.credentials.ready(NEVER)).toEqual(ok(undefined))
  })

  it('reports why there is no first token', async ({ expect }) => {
    const harness = new Harness()
    harness.isDown = true
    expect(await harness.credentials.ready(NEVER)).toEqual(err(DOWN))
    expect(await harness.token()).toBe('no ServiceAccount token was requested yet')
  })

  it('does not wait longer than its caller, and goes on for others', async ({ expect }) => {
    const harness = new Harness()
    const aborted = new AbortController()
    const early = harness.credentials.ready(aborted.signal)
    const late = harness.credentials.ready(NEVER)
    aborted.abort(new Error('too late'))
    expect(await early).toEqual(
      err({ kind: 'api', message: 'the API server issued no token in time: too late' }),
    )
    expect(await late).toEqual(ok(undefined))
    expect(harness.audiences).toHaveLength(1)
  })
})

describe('a token that the worker rejects', () => {
  it('is replaced once, for all requests that had it', async ({ expect }) => {
    const harness = new Harness()
    const { credentials } = harness
    await credentials.ready(NEVER)
    const first = aToken('1')
    const replaced = await Promise.all([1, 2, 3].map(async () => credentials.replace(first, NEVER)))
    expect(replaced).toEqual([true, true, true])
    expect(harness.audiences).toHaveLength(2)
    expect(await credentials.replace(first, NEVER)).toBe(true)
    expect(harness.audiences).toHaveLength(2)
  })

  it('is not replaced again within half a minute: a worker may reject every token', async ({
    expect,
  }) => {
    const harness = new Harness()
    const { credentials } = harness
    await credentials.ready(NEVER)
    expect(await credentials.replace(aToken('1'), NEVER)).toBe(true)
    expect(await credentials.replace(aToken('2'), NEVER)).toBe(false)
    await harness.clock.advance(30_000)
    expect(await credentials.replace(aToken('2'), NEVER)).toBe(true)
    expect(harness.audiences).toHaveLength(3)
  })

  it('stays when there is no other', async ({ expect }) => {
    const harness = new Harness()
    await harness.credentials.ready(NEVER)
    harness.isDown = true
    expect(await harness.credentials.replace(aToken('1'), NEVER)).toBe(false)
    expect(await harness.token()).toBe(aToken('1'))
  })

  it('is replaced by one of a new signing key at once', async ({ expect }) => {
    const harness = new Harness()
    await harness.credentials.ready(NEVER)
    harness.kid = 'new'
    expect(await harness.credentials.replace(aToken('1'), NEVER)).toBe(true)
    expect([await harness.token(), harness.pushes]).toEqual([aToken('2', 'new'), 0])
  })
})

describe('a rotation of the signing key', () => {
  it('is pushed under the old token before the first token of the new key is used', async ({
    expect,
  }) => {
    const harness = new Harness()
    await harness.credentials.ready(NEVER)
    harness.kid = 'new'
    await harness.clock.advance(0.8 * HOUR_MS)
    await harness.credentials.ready(NEVER)
    expect([await harness.token(), harness.pushes]).toEqual([aToken('2', 'new'), 1])
  })

  it('keeps the old token in use while the worker does not take the keys', async ({ expect }) => {
    const harness = new Harness()
    await harness.credentials.ready(NEVER)
    harness.kid = 'new'
    harness.isPushAccepted = false
    await harness.clock.advance(0.8 * HOUR_MS)
    expect(await harness.credentials.ready(NEVER)).toEqual(ok(undefined))
    expect(await harness.token()).toBe(aToken('1'))
    harness.isPushAccepted = true
    await harness.clock.advance(30_000)
    await harness.credentials.ready(NEVER)
    expect(await harness.token()).toBe(aToken('3', 'new'))
  })

  it('uses the new key without a push once the old token ends', async ({ expect }) => {
    const harness = new Harness()
    await harness.credentials.ready(NEVER)
    harness.kid = 'new'
    harness.isPushAccepted = false
    await harness.clock.advance(HOUR_MS - 60_000)
    expect(await harness.credentials.ready(NEVER)).toEqual(ok(undefined))
    expect(await harness.token()).toBe(aToken('2', 'new'))
  })
})

describe('readHeldToken', () => {
  it('counts the lifetime from the request', ({ expect }) => {
    const token = aToken('1', 'kid-1', 600)
    expect(readHeldToken(token, 50)).toEqual(
      ok({ token, signingKeyId: 'kid-1', renewAtMs: 480_050, expiresAtMs: 600_050 }),
    )
  })

  it.for([
    ['text', 'hunter2', 'is malformed; expected a JWT with the claims iat and exp'],
    ['parts that are not JSON', 'aGk.aGk.aGk', 'is malformed; expected a JWT'],
    ['no expiry', `e30.${Buffer.from('{"iat":1}').toString('base64url')}.x`, 'is malformed'],
    [
      'a token that is too long',
      'x'.repeat(4_097),
      'exceeds the maximum of 4096 characters (4097)',
    ],
  ])('refuses %s, and quotes nothing of it', ([, token = '', want = ''], { expect }) => {
    const held = readHeldToken(token, 0)
    expect(held).toMatchObject({ ok: false, error: expect.stringContaining(want) })
    expect(JSON.stringify(held)).not.toContain('hunter2')
  })
})
