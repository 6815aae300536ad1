/** A directory at its maximum, and how it finds things in it. */
import { runInDurableObject } from 'cloudflare:test'
import { describe, it } from 'vitest'
import { aClientKey, aDirectory, aPut } from '../support/directory.ts'

const CLIENTS = 10_000

/** A directory with as many clients as it takes, each with a key. */
async function aFullDirectory(): Promise<ReturnType<typeof aDirectory>> {
  const directory = aDirectory(crypto.randomUUID())
  await runInDurableObject(directory, (_object, state) => {
    state.storage.sql.exec(
      `INSERT INTO client (name, version, disabled, quarantined, created_at_ms, updated_at_ms, entry)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
        SELECT printf('c-%05d', i), 1, 0, 0, 0, 0, '{}' FROM n`,
      CLIENTS,
    )
    state.storage.sql.exec(
      "INSERT INTO client_key (key_id, client) SELECT 'key-of-' || name, name FROM client",
    )
  })
  return directory
}

describe('a directory with ten thousand clients', () => {
  it('takes no more, and still changes and deletes', async ({ expect }) => {
    const directory = await aFullDirectory()
    const full = await directory.putClient(aPut('one-more'))
    expect(full).toMatchObject({
      error: [{ code: 'client_invalid', detail: expect.stringContaining('maximum of 10000') }],
    })
    const { author } = aPut('')
    const change = aPut('c-00001', { version: 1, entry: '{"a":1}', keys: [aClientKey('new')] })
    expect(await directory.putClient(change)).toMatchObject({ value: { version: 2 } })
    await directory.deleteClient({ name: 'c-00002', author, isDryRun: false, version: 1 })
    expect(await directory.putClient(aPut('one-more'))).toMatchObject({ value: { version: 1 } })
  })

  it('lists all of them', async ({ expect }) => {
    const directory = await aFullDirectory()
    let count = 0
    let after: string | undefined = ''
    while (after !== undefined) {
      const page = await directory.listClients({ after, limit: 500 })
      count += page.clients.length
      after = page.next
    }
    expect(count).toBe(CLIENTS)
  })

  it('reads only the rows of the client that is asked for', async ({ expect }) => {
    const directory = await aFullDirectory()
    expect(await directory.findClientByKey('key-of-c-09999')).toMatchObject({ name: 'c-09999' })
    await runInDurableObject(directory, (_object, { storage: { sql } }) => {
      const cursor = sql.exec(
        'SELECT client.* FROM client_key JOIN client ON client.name = client_key.client WHERE key_id = ?',
        'key-of-c-05000',
      )
      expect(cursor.toArray()).toHaveLength(1)
      expect(cursor.rowsRead).toBeLessThanOrEqual(2)
    })
  })
})
