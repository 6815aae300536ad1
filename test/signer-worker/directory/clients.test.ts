import { describe, it } from 'vitest'
import { aClientKey, aDirectory, anAuthor, aPut } from '../support/directory.ts'

/** A directory of its own for each test. */
const newDirectory = (): ReturnType<typeof aDirectory> => aDirectory(crypto.randomUUID())

const codesOf = (outcome: Awaited<ReturnType<ReturnType<typeof aDirectory>['putClient']>>) =>
  outcome.ok ? [] : outcome.error.map(({ code }) => code)
const detailsOf = (outcome: Awaited<ReturnType<ReturnType<typeof aDirectory>['putClient']>>) =>
  outcome.ok ? '' : outcome.error.map(({ detail }) => detail).join('\n')

const shards = (...numbers: readonly number[]): string => JSON.stringify({ shards: numbers })

const quarantine = (quarantined: boolean, author = anAuthor()) => ({
  name: 'a',
  author,
  isDryRun: false,
  quarantined,
  reason: 'stolen',
})

describe('a client', () => {
  it('is created, replaced, read and deleted, each with a version', async ({ expect }) => {
    const directory = newDirectory()
    const created = await directory.putClient(aPut('a', { keys: [aClientKey('k1')] }))
    expect(created).toMatchObject({ ok: true, value: { name: 'a', version: 1, disabled: false } })
    expect(await directory.findClientByKey('k1')).toMatchObject({ name: 'a' })

    const entry = JSON.stringify({ issuers: ['other'] })
    const replaced = await directory.putClient(
      aPut('a', { version: 1, entry, keys: [aClientKey('k2')], disabled: true }),
    )
    expect(replaced).toMatchObject({ ok: true, value: { version: 2, disabled: true, entry } })
    expect(await directory.findClientByKey('k1')).toBeUndefined()
    expect(await directory.findClientByKey('k2')).toMatchObject({ name: 'a', version: 2 })

    const { isDryRun, name, author } = aPut('a')
    const deleted = await directory.deleteClient({ name, author, isDryRun, version: 2 })
    expect(deleted).toMatchObject({ ok: true, value: { version: 2 } })
    expect(await directory.findClient('a')).toBeUndefined()
    expect(await directory.findClientByKey('k2')).toBeUndefined()
  })

  it('never gets a version again that its name had', async ({ expect }) => {
    const directory = newDirectory()
    await directory.putClient(aPut('a'))
    await directory.deleteClient({ name: 'a', author: anAuthor(), isDryRun: false, version: 1 })
    expect(await directory.putClient(aPut('a'))).toMatchObject({ value: { version: 3 } })
    const late = await directory.putClient(aPut('a', { version: 1 }))
    expect(codesOf(late)).toEqual(['version_conflict'])
  })

  it('stays disabled when a PUT does not say', async ({ expect }) => {
    const directory = newDirectory()
    await directory.putClient(aPut('a', { disabled: true }))
    const entry = JSON.stringify({ issuers: ['other'] })
    const outcome = await directory.putClient(aPut('a', { version: 1, entry }))
    expect(outcome).toMatchObject({ value: { version: 2, disabled: true } })
  })

  it('keeps its version when nothing changes, whatever the order of members is', async ({
    expect,
  }) => {
    const directory = newDirectory()
    await directory.putClient(aPut('a', { entry: '{"issuers":["x"],"profiles":["y"]}' }))
    const again = aPut('a', { version: 1, entry: '{"profiles":["y"],"issuers":["x"]}' })
    expect(await directory.putClient(again)).toMatchObject({ value: { version: 1 } })
    const { changes } = await directory.listChanges({ client: 'a', after: 0, limit: 10 })
    expect(changes).toHaveLength(1)
  })

  it('is not written by a dry run', async ({ expect }) => {
    const directory = newDirectory()
    const keys = [aClientKey('k')]
    expect(await directory.putClient(aPut('a', { isDryRun: true, keys }))).toMatchObject({
      value: { version: 1 },
    })
    expect(await directory.findClient('a')).toBeUndefined()
    await directory.putClient(aPut('a', { keys }))
    await directory.deleteClient({ name: 'a', author: anAuthor(), isDryRun: true, version: 1 })
    expect(await directory.findClientByKey('k')).toMatchObject({ version: 1 })
    const { changes } = await directory.listChanges({ client: undefined, after: 0, limit: 10 })
    expect(changes.map(({ action }) => action)).toEqual(['create'])
  })

  it('has keys that no other client has', async ({ expect }) => {
    const directory = newDirectory()
    await directory.putClient(aPut('a', { keys: [aClientKey('shared')] }))
    const taken = aPut('b', { keys: [aClientKey('own'), aClientKey('shared')] })
    const outcome = await directory.putClient(taken)
    expect(outcome).toMatchObject({
      error: [{ code: 'client_invalid', field: '/entry/keys/1/publicKey' }],
    })
    expect(detailsOf(outcome)).toContain('client "a"')
    expect(await directory.findClient('b')).toBeUndefined()
    expect(await directory.findClientByKey('own')).toBeUndefined()
  })

  it('cannot forget a number of shards', async ({ expect }) => {
    const directory = newDirectory()
    await directory.putClient(aPut('a', { entry: '{}' }))
    expect(codesOf(await directory.putClient(aPut('a', { version: 1, entry: shards(4) })))).toEqual(
      ['client_invalid'],
    )
    await directory.putClient(aPut('a', { version: 1, entry: shards(1, 4) }))
    expect(codesOf(await directory.putClient(aPut('a', { version: 2, entry: '{}' })))).toEqual([
      'client_invalid',
    ])
    expect(
      await directory.putClient(aPut('a', { version: 2, entry: shards(1, 4, 8) })),
    ).toMatchObject({ value: { version: 3 } })
  })
})

describe('two admins at once', () => {
  it('one of two changes of one version is refused, and says what the other one was', async ({
    expect,
  }) => {
    const directory = newDirectory()
    await directory.putClient(aPut('a'))
    const change = (admin: string, entry: object) =>
      directory.putClient(
        aPut('a', { version: 1, author: anAuthor(admin), entry: JSON.stringify(entry) }),
      )
    const outcomes = await Promise.all([
      change('alice', { issuers: ['x'], profiles: ['p'] }),
      change('bob', { issuers: ['y'] }),
    ])
    expect(outcomes.map(codesOf)).toEqual([[], ['version_conflict']])
    const detail = detailsOf(outcomes[1])
    expect(detail).toContain('client "a" has version 2 now; the request replaces version 1')
    expect(detail).toMatch(/update of issuers, profiles by admin "alice" at 20\d\d-/)
  })

  it('a creation of a name that exists says who made it', async ({ expect }) => {
    const directory = newDirectory()
    await directory.putClient(aPut('a', { author: anAuthor('alice') }))
    const outcome = await directory.putClient(aPut('a', { author: anAuthor('bob') }))
    expect(codesOf(outcome)).toEqual(['version_conflict'])
    expect(detailsOf(outcome)).toMatch(/exists already, with version 1; .* create by admin "alice"/)
  })

  it('a change of a client that was deleted since says who deleted it', async ({ expect }) => {
    const directory = newDirectory()
    await directory.putClient(aPut('a'))
    const author = anAuthor('alice')
    await directory.deleteClient({ name: 'a', author, isDryRun: false, version: 1 })
    const outcome = await directory.putClient(aPut('a', { version: 1 }))
    expect(codesOf(outcome)).toEqual(['version_conflict'])
    expect(detailsOf(outcome)).toMatch(/was deleted; .* delete by admin "alice"/)
  })

  it('a change of a name that never was is of an unknown client', async ({ expect }) => {
    const outcome = await newDirectory().putClient(aPut('a', { version: 1 }))
    expect(codesOf(outcome)).toEqual(['client_unknown'])
  })
})

describe('quarantine', () => {
  it('needs no version, and is a change like others', async ({ expect }) => {
    const directory = newDirectory()
    await directory.putClient(aPut('a'))
    expect(await directory.quarantineClient(quarantine(true))).toMatchObject({
      value: { quarantined: true, version: 2 },
    })
    expect(await directory.quarantineClient(quarantine(true))).toMatchObject({
      value: { version: 2 },
    })
    expect(codesOf(await directory.putClient(aPut('a', { version: 1 })))).toEqual([
      'version_conflict',
    ])
    expect(await directory.quarantineClient(quarantine(false))).toMatchObject({
      value: { quarantined: false, version: 3 },
    })
  })

  it('survives other changes, a deletion and a new client of the name', async ({ expect }) => {
    const directory = newDirectory()
    await directory.putClient(aPut('a'))
    await directory.quarantineClient(quarantine(true))
    const entry = JSON.stringify({ issuers: ['x'] })
    expect(await directory.putClient(aPut('a', { version: 2, entry }))).toMatchObject({
      value: { quarantined: true },
    })
    await directory.deleteClient({ name: 'a', author: anAuthor(), isDryRun: false, version: 3 })
    expect(await directory.putClient(aPut('a'))).toMatchObject({ value: { quarantined: true } })
  })

  it('a request that is sent again changes nothing', async ({ expect }) => {
    const directory = newDirectory()
    await directory.putClient(aPut('a'))
    const release = quarantine(false)
    await directory.quarantineClient(quarantine(true))
    await directory.quarantineClient(release)
    await directory.quarantineClient(quarantine(true))
    expect(await directory.quarantineClient(release)).toMatchObject({
      value: { quarantined: true, version: 4 },
    })
  })

  it('a new ledger of the client gets no number; one that has a number keeps it', async ({
    expect,
  }) => {
    const directory = newDirectory()
    await directory.putClient(aPut('a'))
    const key = { issuer: 'default', client: 'a', shard: 0 }
    const number = await directory.registerLedger(key)
    await directory.quarantineClient(quarantine(true))
    expect(await directory.registerLedger(key)).toBe(number)
    expect(await directory.registerLedger({ ...key, shard: 1 })).toBeUndefined()
    await directory.quarantineClient(quarantine(false))
    expect(await directory.registerLedger({ ...key, shard: 1 })).toBe((number ?? 0) + 1)
  })
})

describe('lists', () => {
  it('of ids have every client, and the beginning of every key id', async ({ expect }) => {
    const directory = newDirectory()
    await directory.putClient(
      aPut('a', { keys: [aClientKey('0123456789'), aClientKey('abcdefghij')] }),
    )
    await directory.putClient(aPut('b'))
    const { keyIdPrefixes, names } = await directory.listIds()
    expect(keyIdPrefixes.toSorted()).toEqual(['01234567', 'abcdefgh'])
    expect(names).toEqual(['a', 'b'])
  })

  it('go through all clients in the order of names', async ({ expect }) => {
    const directory = newDirectory()
    for (const name of ['c', 'a', 'b']) await directory.putClient(aPut(name))
    const first = await directory.listClients({ after: '', limit: 2 })
    expect(first.clients.map(({ name }) => name)).toEqual(['a', 'b'])
    const second = await directory.listClients({ after: first.next ?? '', limit: 2 })
    expect(second.clients.map(({ name }) => name)).toEqual(['c'])
    expect(second.next).toBeUndefined()
  })

  it('a page ends before it is too large', async ({ expect }) => {
    const directory = newDirectory()
    const entry = JSON.stringify({ text: 'x'.repeat(1_500_000) })
    for (const name of ['a', 'b', 'c', 'd', 'e']) await directory.putClient(aPut(name, { entry }))
    const { clients, next } = await directory.listClients({ after: '', limit: 5 })
    expect(clients.length).toBe(3)
    expect(next).toBe('c')
  })

  it('the audit has each change with its evidence, and cannot be changed', async ({ expect }) => {
    const directory = newDirectory()
    const author = anAuthor('alice')
    await directory.putClient(aPut('a', { author }))
    await directory.putClient(aPut('b'))
    await directory.deleteClient({
      name: 'a',
      author: anAuthor('bob'),
      isDryRun: false,
      version: 1,
    })
    const { changes, next } = await directory.listChanges({ client: 'a', after: 0, limit: 10 })
    expect(next).toBeUndefined()
    expect(changes).toMatchObject([
      { id: 1, action: 'create', admin: 'alice', client: 'a', before: null, keyId: author.keyId },
      { id: 3, action: 'delete', admin: 'bob', client: 'a', after: null },
    ])
    const [first, second] = changes
    expect(new Uint8Array(first?.signature ?? new ArrayBuffer())).toEqual(author.signature)
    expect(JSON.parse(first?.after ?? '')).toMatchObject({ name: 'a', version: 1 })
    expect(second?.before).toBe(first?.after)
    const rest = await directory.listChanges({ client: undefined, after: 1, limit: 1 })
    expect(rest).toMatchObject({ changes: [{ id: 2 }], next: 2 })
  })
})
