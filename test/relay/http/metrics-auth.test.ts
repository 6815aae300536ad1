import { err, ok, type Result } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { MetricsAuth } from '../../../relay/src/http/metrics-auth.ts'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import type { Caller } from '../../../relay/src/kube/ports.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'

const PROMETHEUS: Caller = { username: 'prometheus', uid: 'u', groups: ['g'], extra: {} }
const AWAY: Result<never, ApiError> = err({ kind: 'unavailable', message: 'no route' })

interface World {
  readonly caller?: Result<Caller | undefined, ApiError>
  readonly allowed?: Result<boolean, ApiError>
}

const aGate = (world: World = {}) => {
  const clock = new FakeClock()
  const asked: unknown[] = []
  const answers = { caller: ok(PROMETHEUS), allowed: ok(true), ...world }
  const gate = new MetricsAuth({
    reviewer: {
      reviewToken: async (token) => {
        asked.push(token)
        return Promise.resolve(answers.caller)
      },
      reviewAccess: async (access) => {
        asked.push(access)
        return Promise.resolve(answers.allowed)
      },
    },
    clock,
    log: new RecordingLog(),
  })
  return { gate, clock, asked }
}

describe('MetricsAuth', () => {
  it('asks who shows the token, and whether RBAC lets them get /metrics', async ({ expect }) => {
    const { gate, asked } = aGate()
    expect(await gate.check('Bearer abc.def')).toBe('allowed')
    expect(asked).toEqual(['abc.def', { caller: PROMETHEUS, path: '/metrics', verb: 'get' }])
  })

  it.for([
    ['nothing', undefined],
    ['an empty header', ''],
    ['another scheme', 'Basic abc'],
    ['no token', 'Bearer '],
    ['two tokens', 'Bearer abc def'],
    ['a character that no token has', 'Bearer abc,def'],
  ] as const)('asks nobody about %s', async ([, header], { expect }) => {
    const { gate, asked } = aGate()
    expect(await gate.check(header)).toBe('unauthenticated')
    expect(asked).toEqual([])
  })

  it.for([
    {
      name: 'a token that is not valid',
      world: { caller: ok(undefined) },
      want: 'unauthenticated',
    },
    { name: 'a caller who may not', world: { allowed: ok(false) }, want: 'forbidden' },
    { name: 'no answer to who it is', world: { caller: AWAY }, want: 'unavailable' },
    { name: 'no answer to what it may', world: { allowed: AWAY }, want: 'unavailable' },
  ] as const)('lets nobody in for $name', async ({ world, want }, { expect }) => {
    expect(await aGate(world).gate.check('Bearer abc')).toBe(want)
  })

  it.for([
    { name: 'a permission for a minute', world: {}, ms: 60_000 },
    { name: 'a refusal for ten seconds', world: { allowed: ok(false) }, ms: 10_000 },
  ])('remembers $name', async ({ world, ms }, { expect }) => {
    const { gate, clock, asked } = aGate(world)
    await gate.check('Bearer abc')
    await clock.advance(ms - 1)
    await gate.check('Bearer abc')
    expect(asked).toHaveLength(2)
    await clock.advance(1)
    await gate.check('Bearer abc')
    expect(asked).toHaveLength(4)
  })

  it('does not remember that there was no answer', async ({ expect }) => {
    const { gate, asked } = aGate({ caller: AWAY })
    await gate.check('Bearer abc')
    await gate.check('Bearer abc')
    expect(asked).toHaveLength(2)
  })

  it('asks once for many at a time, and for each token', async ({ expect }) => {
    const { gate, asked } = aGate()
    await Promise.all(Array.from({ length: 20 }, async () => gate.check('Bearer abc')))
    expect(asked).toHaveLength(2)
    await gate.check('Bearer other')
    expect(asked).toHaveLength(4)
  })

  it('remembers the last 256 tokens', async ({ expect }) => {
    const { gate, asked } = aGate()
    for (let token = 0; token <= 256; token += 1) await gate.check(`Bearer t${String(token)}`)
    asked.length = 0
    await gate.check('Bearer t1')
    expect(asked).toHaveLength(0)
    await gate.check('Bearer t0')
    expect(asked).toHaveLength(2)
  })
})
