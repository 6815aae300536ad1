/**
 * What ledgers send to the index of their issuer, and what it makes of that.
 */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, it, vi } from 'vitest'
import { directoryOf } from '../../../signer-worker/src/directory/client.ts'
import { indexOf } from '../../../signer-worker/src/index/client.ts'
import type { IndexBatch, SentCertificate } from '../../../signer-worker/src/index/messages.ts'
import { RENEW } from '../../../signer-worker/src/index/receive.ts'
import { openLedger } from '../../../signer-worker/src/ledger/client.ts'
import { anIssueRequest } from '../support/issue-request.ts'

const stubOf = (issuer: string): ReturnType<typeof env.LEDGER.getByName> =>
  env.LEDGER.getByName(`v1:${issuer}:sending:0`)

/** Issues for the client `sending` under an issuer of the test's own. */
async function issue(issuer: string, count: number, name?: string): Promise<readonly string[]> {
  const ledger = openLedger(env, { issuer, client: { name: 'sending', shards: [1] } })
  const serials: string[] = []
  for (let index = 0; index < count; index += 1) {
    const made = anIssueRequest()
    const origin = name === undefined ? made.origin : { ...made.origin, name }
    const outcome = await ledger.issue({ ...made, origin })
    serials.push(outcome.ok ? outcome.value.serialNumber : '')
  }
  return serials
}

const everything = { client: undefined, filter: {}, after: undefined, limit: 500 }

const indexed = async (issuer: string): Promise<readonly string[]> =>
  (await indexOf(env, issuer).list(everything)).items.map(({ serialNumber }) => serialNumber)

const queryIndex = async (
  issuer: string,
  query: string,
): Promise<readonly Record<string, SqlStorageValue>[]> =>
  runInDurableObject(indexOf(env, issuer), (_index, { storage }) =>
    storage.sql.exec(query).toArray(),
  )

const queryDirectory = async (query: string): Promise<void> =>
  runInDurableObject(directoryOf(env), (_directory, { storage }) => {
    storage.sql.exec(query)
  })

const acknowledged = async (issuer: string): Promise<unknown> =>
  runInDurableObject(stubOf(issuer), (_ledger, { storage }) =>
    storage.sql.exec("SELECT value FROM meta WHERE key = 'acknowledged'").toArray(),
  )

describe('a ledger', () => {
  it('is in the directory, and its number is in the serial numbers that it issues', async ({
    expect,
  }) => {
    const [serial = ''] = await issue('numbered', 1)
    const [ledger] = await directoryOf(env).listLedgers({ issuer: 'numbered' })
    expect(ledger).toMatchObject({ client: 'sending', shard: 0 })
    expect(Number.parseInt(serial.slice(2, 10), 16)).toBe(ledger?.number)
    await evictDurableObject(stubOf('numbered'))
    const [second = ''] = await issue('numbered', 1)
    expect(second.slice(2, 10)).toBe(serial.slice(2, 10))
  })

  it('sends by itself, about a second later', { timeout: 20_000 }, async ({ expect }) => {
    const serials = await issue('waiting', 3)
    await vi.waitFor(
      async () => {
        expect(await indexed('waiting')).toEqual(serials)
      },
      { timeout: 15_000, interval: 200 },
    )
  })

  it('sends again what an index has lost', async ({ expect }) => {
    const serials = await issue('lost', 3)
    await runDurableObjectAlarm(stubOf('lost'))
    expect(await acknowledged('lost')).toEqual([{ value: 3 }])
    await queryIndex('lost', 'DELETE FROM certificate WHERE seq > 1')
    await queryIndex('lost', 'DELETE FROM certificate_name WHERE seq > 1')
    await queryIndex('lost', 'DELETE FROM certificate_suffix WHERE seq > 1')
    await queryIndex('lost', 'UPDATE ledger SET acknowledged = 1')
    const more = await issue('lost', 1)
    // The index refuses what comes after its gap, and gets the rest.
    await runDurableObjectAlarm(stubOf('lost'))
    expect(await indexed('lost')).toEqual([...serials, ...more])
  })

  it('issues while the index does not respond, and catches up', async ({ expect }) => {
    await indexOf(env, 'down').list(everything)
    const failing = "BEFORE INSERT ON ledger BEGIN SELECT RAISE(FAIL, 'index is down'); END"
    await queryIndex('down', `CREATE TRIGGER failing ${failing}`)
    const serials = [...(await issue('down', 2))]
    const written = vi.spyOn(console, 'log').mockReturnValue()
    for (let attempt = 0; attempt < 3; attempt += 1) await runDurableObjectAlarm(stubOf('down'))
    const lines = written.mock.calls.map(([line]): unknown => JSON.parse(String(line)))
    written.mockRestore()
    expect(lines).toContainEqual({
      event: 'index_failed',
      issuer: 'down',
      client: 'sending',
      shard: 0,
      message: expect.stringContaining('index is down'),
    })
    serials.push(...(await issue('down', 2)))
    expect(await indexed('down')).toEqual([])
    expect(await acknowledged('down')).toEqual([])
    await queryIndex('down', 'DROP TRIGGER failing')
    // The next attempt is set, without another request.
    expect(await runDurableObjectAlarm(stubOf('down'))).toBe(true)
    expect(await indexed('down')).toEqual(serials)
  })

  it('sends after its process was replaced, without a request', async ({ expect }) => {
    const serials = await issue('replaced', 2)
    await evictDurableObject(stubOf('replaced'))
    await runDurableObjectAlarm(stubOf('replaced'))
    expect(await indexed('replaced')).toEqual(serials)
  })

  it('without a number issues nothing while the directory does not respond', async ({ expect }) => {
    await issue('undirected-before', 1)
    await queryDirectory(
      "CREATE TRIGGER failing BEFORE INSERT ON ledger BEGIN SELECT RAISE(FAIL, 'directory is down'); END",
    )
    const ledger = openLedger(env, {
      issuer: 'undirected',
      client: { name: 'sending', shards: [1] },
    })
    const request = anIssueRequest()
    expect(await ledger.issue(request)).toEqual({
      ok: false,
      error: {
        refusals: [
          { code: 'ledger_unavailable', detail: expect.stringContaining('has no number yet') },
        ],
        reason: expect.stringContaining('directory is down'),
      },
    })
    const counts = await runInDurableObject(stubOf('undirected'), (_ledger, { storage }) =>
      storage.sql
        .exec('SELECT (SELECT count(*) FROM issuance) + (SELECT count(*) FROM nonce) AS rows')
        .toArray(),
    )
    expect(counts).toEqual([{ rows: 0 }])
    // One that has its number needs no directory.
    expect(await issue('undirected-before', 1)).toEqual([expect.stringMatching(/^[0-9a-f]{40}$/)])
    await queryDirectory('DROP TRIGGER failing')
    expect(await ledger.issue(request)).toMatchObject({ ok: true, value: { replayed: false } })
  })

  it('sends all in order, in batches', { timeout: 30_000 }, async ({ expect }) => {
    await issue('many', 1)
    await runInDurableObject(stubOf('many'), (_ledger, { storage }) => {
      storage.sql.exec(`
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 700)
        INSERT INTO issuance (uid, request_digest, serial, certificate, authority, profile,
          not_before_seconds, not_after_seconds, clamped, names, issued_at_ms, origin, key_id,
          signature_base, signature, body)
        SELECT uid || n, request_digest, CAST(hex(randomblob(10)) AS BLOB), certificate, authority, profile,
          not_before_seconds, not_after_seconds, clamped, json_remove(names, '$.commonNames'),
          issued_at_ms, origin, key_id, signature_base, signature, body
        FROM issuance, numbers WHERE seq = 1`)
    })
    await runDurableObjectAlarm(stubOf('many'))
    const rows = await queryIndex(
      'many',
      'SELECT count(*) AS count, max(seq) AS last, min(seq) AS first, sum(current) AS current FROM certificate',
    )
    expect(rows).toEqual([{ count: 701, first: 1, last: 701, current: 1 }])
    // Rows of earlier versions have common names in the certificate alone.
    expect(await queryIndex('many', 'SELECT count(*) AS count FROM certificate_name')).toEqual([
      { count: 701 },
    ])
  })
})

const aCertificate = (seq: number, changes: Partial<SentCertificate> = {}): SentCertificate => ({
  seq,
  serial: crypto.getRandomValues(new Uint8Array(20)),
  uid: crypto.randomUUID(),
  profile: 'default',
  subject: 'CN=a.example',
  subjectAltNames: ['DNS:a.example'],
  commonNames: ['a.example'],
  notBeforeSeconds: 1_800_000_000,
  notAfterSeconds: 1_900_000_000,
  issuedAtMs: 1_800_000_000_000 + seq,
  requester: { kind: 'CertificateRequest', namespace: 'web', name: 'a-1', username: 'u' },
  lineage: 'a',
  ...changes,
})

const at = (seq: number, issuedAtMs: number): SentCertificate => aCertificate(seq, { issuedAtMs })

const aBatch = (
  certificates: readonly SentCertificate[],
  changes: Partial<IndexBatch> = {},
): IndexBatch => ({
  ledger: { number: 7, client: 'c', shard: 0 },
  after: (certificates[0]?.seq ?? 1) - 1,
  certificates,
  throughMs: Date.now(),
  hasMore: false,
  counters: { replayed: 0, refused: {}, databaseBytes: 1 },
  lastSeenMs: undefined,
  ...changes,
})

describe('an index', () => {
  it('takes a batch that comes twice once', async ({ expect }) => {
    const index = indexOf(env, 'twice')
    const batch = aBatch([aCertificate(1), aCertificate(2)])
    expect([await index.receive(batch), await index.receive(batch)]).toEqual([2, 2])
    expect(await index.receive(aBatch([aCertificate(2), aCertificate(3)]))).toBe(3)
    expect(await queryIndex('twice', 'SELECT sum(issued) AS sum FROM client_hour')).toEqual([
      { sum: 3 },
    ])
  })

  it('takes nothing after a gap', async ({ expect }) => {
    const index = indexOf(env, 'gap')
    expect(await index.receive(aBatch([aCertificate(2)]))).toBe(0)
    expect(await indexed('gap')).toEqual([])
    // Within a batch what is missing was archived.
    expect(await index.receive(aBatch([aCertificate(1), aCertificate(3)]))).toBe(3)
  })

  it('says up to when it is complete: a ledger that has more to send counts', async ({
    expect,
  }) => {
    const index = indexOf(env, 'behind')
    const through = async (): Promise<number> => (await index.list(everything)).throughMs
    const startMs = Date.now()
    expect(startMs - (await through())).toBeLessThan(10_000)
    const early = { throughMs: 5_000, hasMore: true }
    await index.receive(aBatch([aCertificate(1)], early))
    expect(await through()).toBe(5_000)
    const ledger = { number: 8, client: 'c', shard: 1 }
    await index.receive(aBatch([aCertificate(1, { lineage: 'b' })], { ledger }))
    expect(await through()).toBe(5_000)
    // Also when the index did not take all of it.
    await index.receive(aBatch([aCertificate(3)], { throughMs: 6_000 }))
    expect(await through()).toBe(6_000)
    await index.receive(aBatch([aCertificate(2), aCertificate(3)]))
    expect(startMs - (await through())).toBeLessThan(10_000)
  })

  it('knows the last certificate of a lineage, in whatever order ledgers send', async ({
    expect,
  }) => {
    const index = indexOf(env, 'in-any-order')
    const other = { number: 9, client: 'c', shard: 1 }
    await index.receive(aBatch([at(1, 10), at(2, 30)]))
    await index.receive(aBatch([at(1, 20), at(2, 40)], { ledger: other }))
    await index.receive(aBatch([at(3, 35)]))
    // Another client's certificate renews none of these.
    await index.receive(aBatch([at(1, 50)], { ledger: { number: 10, client: 'd', shard: 0 } }))
    const rows = await queryIndex(
      'in-any-order',
      'SELECT ledger, seq FROM certificate WHERE current',
    )
    expect(rows).toEqual([
      { ledger: 9, seq: 2 },
      { ledger: 10, seq: 1 },
    ])
  })

  it('does not read all of a long lineage to add to it', async ({ expect }) => {
    const plan = await runInDurableObject(indexOf(env, 'planned'), (_index, { storage }) =>
      storage.sql.exec(`EXPLAIN QUERY PLAN ${RENEW}`, 'c', 'l', 1, 1, 1).toArray(),
    )
    expect(plan).toEqual([
      expect.objectContaining({
        detail: expect.stringContaining('USING INDEX current_by_lineage'),
      }),
    ])
  })
})
