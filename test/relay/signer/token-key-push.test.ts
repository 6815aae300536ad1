import { err, type JwksPushAnswer, ok, type Result } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { SignerError } from '../../../relay/src/api/signer-error.ts'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import type { TokenKeys } from '../../../relay/src/signer/client.ts'
import { type KeyReceiver, TokenKeyPush } from '../../../relay/src/signer/token-key-push.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { memoryLog } from './open-connections.ts'
import { aPublicKey, aTokenServer } from './tokens.ts'

const ACCEPTED = ok({ keyIds: ['old'], isChanged: true })
const NEVER = new AbortController().signal

/** An API server with a set of keys, and workers that keep what they were sent. */
class Harness {
  readonly clock = new FakeClock()
  readonly sent: (TokenKeys & { readonly client: string })[] = []
  readonly #log = memoryLog()
  keys: Result<unknown, ApiError> = ok({ keys: [aPublicKey('old')] })
  answer: Result<JwksPushAnswer, SignerError> = ACCEPTED
  readonly push = new TokenKeyPush({
    kube: aTokenServer({ keys: () => this.keys }),
    clock: this.clock,
    log: this.#log.log,
  })

  get lines(): readonly unknown[] {
    return this.#log.lines.map(({ message }) => message)
  }

  receiver(client = 'prod', worker = 'https://ca.test'): KeyReceiver {
    const pushTokenKeys = async (
      name: string,
      keys: TokenKeys,
    ): Promise<Result<JwksPushAnswer, SignerError>> => {
      this.sent.push({ ...keys, client: name })
      return Promise.resolve(this.answer)
    }
    return { client, worker, connection: { pushTokenKeys } }
  }
}

const refusal = (kind: SignerError['class']): Result<never, SignerError> =>
  err({ class: kind, code: 'x', message: 'no' })

describe('TokenKeyPush', () => {
  it('sends each set once to each client of each worker', async ({ expect }) => {
    const harness = new Harness()
    const all = [
      harness.receiver(),
      harness.receiver(),
      harness.receiver('other'),
      harness.receiver('prod', 'https://b.test'),
    ]
    await harness.push.pushAll(all, NEVER)
    await harness.push.pushAll(all, NEVER)
    expect(harness.sent.map(({ client }) => client)).toEqual(['prod', 'other', 'prod'])
    harness.keys = ok({ keys: [aPublicKey('new'), aPublicKey('old')] })
    await harness.push.pushAll(all, NEVER)
    expect(harness.sent).toHaveLength(6)
    // The order of the API server's flags does not make another set.
    harness.keys = ok({ keys: [aPublicKey('old'), aPublicKey('new')] })
    await harness.push.pushAll(all, NEVER)
    expect(harness.sent).toHaveLength(6)
  })

  it('sends public members only', async ({ expect }) => {
    const harness = new Harness()
    harness.keys = ok({ keys: [{ ...aPublicKey('old'), d: 'hunter2', x5c: ['a'] }] })
    await harness.push.pushAll([harness.receiver()], NEVER)
    expect(harness.sent).toMatchObject([{ keys: [aPublicKey('old')] }])
    expect(JSON.stringify(harness.sent)).not.toContain('hunter2')
  })

  it('reads nothing without a receiver', async ({ expect }) => {
    const harness = new Harness()
    harness.keys = err({ kind: 'forbidden', message: 'x' })
    await harness.push.pushAll([], NEVER)
    expect(harness.lines).toEqual([])
  })

  it('tries a temporary error again, and a refusal only after ten minutes', async ({ expect }) => {
    const harness = new Harness()
    harness.answer = refusal('temporary')
    await harness.push.pushAll([harness.receiver()], NEVER)
    harness.answer = refusal('permanent')
    await harness.push.pushAll([harness.receiver()], NEVER)
    expect(harness.sent).toHaveLength(2)
    harness.answer = ACCEPTED
    await harness.push.pushAll([harness.receiver()], NEVER)
    expect(harness.sent).toHaveLength(2)
    await harness.clock.advance(600_000)
    await harness.push.pushAll([harness.receiver()], NEVER)
    expect(harness.sent).toHaveLength(3)
  })

  it('says whether one receiver has the keys', async ({ expect }) => {
    const harness = new Harness()
    harness.answer = refusal('permanent')
    expect(await harness.push.push(harness.receiver(), NEVER)).toBe(false)
    harness.answer = ACCEPTED
    expect(await harness.push.push(harness.receiver(), NEVER)).toBe(false)
    await harness.clock.advance(600_000)
    expect(await harness.push.push(harness.receiver(), NEVER)).toBe(true)
    expect(await harness.push.push(harness.receiver(), NEVER)).toBe(true)
    expect(harness.sent).toHaveLength(2)
  })

  it.for([
    ['forbidden', err({ kind: 'forbidden', message: 'x' } as const)],
    ['no set', ok('hello')],
    ['an empty set', ok({ keys: [] })],
    [
      'more keys than workers accept',
      ok({ keys: Array.from({ length: 11 }, (_, i) => aPublicKey(String(i))) }),
    ],
  ] as const)(
    'sends nothing when the keys are %s, and says so once',
    async ([, keys], { expect }) => {
      const harness = new Harness()
      harness.keys = keys
      await harness.push.pushAll([harness.receiver()], NEVER)
      expect(await harness.push.push(harness.receiver(), NEVER)).toBe(false)
      expect(harness.sent).toEqual([])
      expect(harness.lines).toEqual([
        'the keys of ServiceAccount tokens cannot be read, so no worker learns of new ones; the ClusterRole system:service-account-issuer-discovery permits it',
      ])
    },
  )
})
