import { ok } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import {
  MAX_SECRET_WATCHES,
  MAX_SECRET_WATCHES_PER_NAMESPACE,
} from '../../../relay/src/watch/secret-watches.ts'
import { settle } from '../queue/fake-clock.ts'
import { aSecret, SECRET_REF, SecretBench } from './secret-harness.ts'

const NEVER = new AbortController().signal

/** Reads as user `a`, as a check does. */
const check = async ({ watches }: SecretBench) =>
  watches.read({ user: 'a', ref: SECRET_REF, freshness: 'live' }, NEVER)

/** Reads as user `a`, as a signature does. */
const sign = async ({ watches }: SecretBench) =>
  watches.read({ user: 'a', ref: SECRET_REF, freshness: 'watched' }, NEVER)

/** A Secret that `a` follows, and has checked in version 1. */
async function aCheckedSecret(): Promise<SecretBench> {
  const bench = new SecretBench()
  await bench.follow('a')
  await bench.changed(aSecret('1'))
  bench.answer = ok(aSecret('1'))
  await check(bench)
  return bench
}

describe('a Secret that is followed', () => {
  it('is watched by its name, once, as long as anybody follows it', async ({ expect }) => {
    const bench = new SecretBench()
    for (const user of ['a', 'b', 'a']) await bench.follow(user)
    expect(bench.collections).toMatchObject([
      { resource: { plural: 'secrets' }, namespace: 'ns', fieldSelector: 'metadata.name=client' },
    ])
    bench.watches.unfollow('a')
    await settle()
    expect(bench.openWatches).toBe(1)
    bench.watches.unfollow('b')
    await settle()
    expect(bench.openWatches).toBe(0)
  })

  it('is another one once the user names another', async ({ expect }) => {
    const bench = new SecretBench()
    await bench.follow('a')
    await bench.follow('a', 'other')
    expect(bench.collections[1]?.fieldSelector).toBe('metadata.name=other')
    expect(bench.openWatches).toBe(1)
  })

  it.for([
    ['it changes', async (bench: SecretBench) => bench.changed(aSecret('2'))],
    ['it is deleted', async (bench: SecretBench) => bench.deleted()],
  ] as const)('enqueues who has checked it when %s', async ([, happen], { expect }) => {
    const bench = await aCheckedSecret()
    expect(bench.woken).toEqual([])
    // Who has not read it yet will read what is there.
    await bench.follow('b')
    await happen(bench)
    expect(bench.woken).toEqual(['a'])
  })

  it('enqueues an issuer that found no Secret once it is created', async ({ expect }) => {
    const bench = new SecretBench()
    await bench.follow('a')
    await check(bench)
    await bench.changed(aSecret('1'))
    expect(bench.woken).toEqual(['a'])
  })

  it('enqueues no issuer for a version that was read before the watch reported it', async ({
    expect,
  }) => {
    const bench = await aCheckedSecret()
    bench.answer = ok(aSecret('2'))
    await check(bench)
    await bench.changed(aSecret('2'))
    expect(bench.woken).toEqual([])
  })

  it('enqueues an issuer whose read was overtaken by a change', async ({ expect }) => {
    const bench = new SecretBench()
    await bench.follow('a')
    const checking = check(bench)
    await bench.changed(aSecret('1'))
    await checking
    expect(bench.woken).toEqual(['a'])
  })

  it('enqueues no issuer because its watch lags', async ({ expect }) => {
    const bench = await aCheckedSecret()
    bench.answer = ok(aSecret('2'))
    for (let checks = 0; checks < 3; checks += 1) await check(bench)
    expect(bench.woken).toEqual([])
  })

  it('enqueues no issuer because its watch restarts', async ({ expect }) => {
    const bench = await aCheckedSecret()
    await bench.failed('unavailable')
    await bench.clock.advance(2_000)
    expect(bench.openWatches).toBe(1)
    await bench.changed(aSecret('1'))
    expect(bench.woken).toEqual([])
    await bench.changed(aSecret('2'))
    expect(bench.woken).toEqual(['a'])
  })
})

describe('a reading', () => {
  it('for a check is live', async ({ expect }) => {
    const bench = await aCheckedSecret()
    bench.answer = ok(aSecret('2'))
    expect(await check(bench)).toEqual(ok(aSecret('2')))
  })

  it('for a sign call is the last reported version, and only its one entry', async ({ expect }) => {
    const bench = await aCheckedSecret()
    await bench.changed(aSecret('2'))
    bench.reads = 0
    expect(await sign(bench)).toEqual(ok(aSecret('2')))
    expect(bench.reads).toBe(0)
  })

  it.for([
    ['it was deleted', async (bench: SecretBench) => bench.deleted()],
    ['its watch broke', async (bench: SecretBench) => bench.failed('unavailable')],
    ['its watch is refused', async (bench: SecretBench) => bench.failed('forbidden')],
    ['what was reported is malformed', async (bench: SecretBench) => bench.garbled()],
  ] as const)('for a signature is live when %s', async ([, happen], { expect }) => {
    const bench = await aCheckedSecret()
    await happen(bench)
    bench.answer = ok(aSecret('9'))
    expect(await sign(bench)).toEqual(ok(aSecret('9')))
  })

  it('is live for a Secret that no issuer follows', async ({ expect }) => {
    const bench = new SecretBench()
    bench.answer = ok(aSecret('1'))
    expect(await sign(bench)).toEqual(ok(aSecret('1')))
  })
})

it('a refused watch is said once', async ({ expect }) => {
  const bench = new SecretBench()
  await bench.follow('a')
  for (let refusals = 0; refusals < 3; refusals += 1) {
    await bench.failed('forbidden')
    await bench.clock.advance(400_000)
  }
  expect(bench.log.lines.filter(({ level }) => level !== 'debug')).toEqual([
    {
      level: 'info',
      message: 'Secret not watched: it is read for each use',
      fields: { secret: 'ns/client', error: 'it is forbidden' },
    },
  ])
})

/** Follows Secrets `s0`, `s1`, …, in the namespace that is given, for users of the same number. */
function followMany(
  bench: SecretBench,
  users: readonly number[],
  namespaceOf: (user: number) => string,
): void {
  for (const user of users) {
    bench.watches.follow(
      { id: String(user), enqueue: () => undefined },
      { namespace: namespaceOf(user), name: `s${String(user)}` },
    )
  }
}

const MANY = Array.from({ length: 10_000 }, (_, user) => user)

it('there are only so many watches, and one that ends makes room', async ({ expect }) => {
  const bench = new SecretBench()
  followMany(bench, MANY.slice(0, MAX_SECRET_WATCHES + 2), (user) => `ns${String(user)}`)
  await settle()
  expect(bench.openWatches).toBe(MAX_SECRET_WATCHES)
  bench.watches.unfollow('0')
  await settle()
  expect(bench.openWatches).toBe(MAX_SECRET_WATCHES)
  expect(bench.collections.at(-1)?.fieldSelector).toBe(
    `metadata.name=s${String(MAX_SECRET_WATCHES)}`,
  )
})

it('a namespace with many Secrets leaves room for others, and gets its own room again', async ({
  expect,
}) => {
  const bench = new SecretBench()
  followMany(bench, MANY, () => 'many')
  await settle()
  expect(bench.openWatches).toBe(MAX_SECRET_WATCHES_PER_NAMESPACE)
  followMany(bench, [MANY.length], () => 'other')
  await settle()
  expect(bench.openWatches).toBe(MAX_SECRET_WATCHES_PER_NAMESPACE + 1)
  // One that waits is gone: nothing changes. One that runs is gone: the next one begins.
  bench.watches.unfollow('9999')
  bench.watches.unfollow('0')
  await settle()
  expect(bench.openWatches).toBe(MAX_SECRET_WATCHES_PER_NAMESPACE + 1)
  for (let user = 1; user < 10_000; user += 1) bench.watches.unfollow(String(user))
  await settle()
  expect(bench.openWatches).toBe(1)
})

it('at the end no watch is left, and none begins', async ({ expect }) => {
  const bench = new SecretBench()
  for (const user of ['a', 'b', 'c']) await bench.follow(user, user)
  await bench.watches.stop()
  expect(bench.openWatches).toBe(0)
  await bench.follow('d')
  bench.watches.unfollow('a')
  await settle()
  expect(bench.openWatches).toBe(0)
  expect(bench.clock.pendingMs).toEqual([])
})
