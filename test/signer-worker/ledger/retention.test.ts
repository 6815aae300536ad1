/**
 * Records of certificates that expired long ago: archived, dropped, and never signed for again.
 */
import { certificateRecordSchema } from '@edge-issuer/shared'
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, it, vi } from 'vitest'
import * as z from 'zod'
import { directoryOf } from '../../../signer-worker/src/directory/client.ts'
import { indexOf } from '../../../signer-worker/src/index/client.ts'
import type { IssueRequest } from '../../../signer-worker/src/ledger/messages.ts'
import { archiveExpired } from '../../../signer-worker/src/ledger/retention.ts'
import { shardForUid } from '../../../signer-worker/src/ledger/shards.ts'
import { aNonce, anIssueRequest, issue } from '../support/issue-request.ts'
import { queryLedger } from '../support/ledger.ts'

const stubOf = (client: string): ReturnType<typeof env.LEDGER.getByName> =>
  env.LEDGER.getByName(`v1:default:${client}:0`)

const isBucket = (value: unknown): value is R2Bucket =>
  typeof value === 'object' && value !== null && 'list' in value

/** The bucket of the tests. */
function bucket(): R2Bucket {
  const found: unknown = Reflect.get(env, 'ARCHIVE')
  if (!isBucket(found)) throw new Error('the tests have a bucket')
  return found
}

const readText = (name: string): string => String(Reflect.get(env, name))

/** Issues, has the index take all, and lets the first `expired` of them have ended on the first day of 2020. */
async function aLedger(
  client: string,
  count: number,
  expired: number,
): Promise<readonly IssueRequest[]> {
  const requests = Array.from({ length: count }, (_, index) =>
    anIssueRequest({ dnsName: `n${String(index)}.${client}.example` }),
  )
  for (const request of requests) await issue(client, request)
  await runDurableObjectAlarm(stubOf(client))
  const seconds = Date.UTC(2020, 0, 1) / 1000
  await queryLedger(
    client,
    'UPDATE issuance SET not_after_seconds = ? WHERE seq <= ?',
    seconds,
    expired,
  )
  return requests
}

/** Archives until nothing is left. */
async function archive(client: string, changes: object = {}): Promise<readonly string[]> {
  const [ledger] = await directoryOf(env).listLedgers({ issuer: 'default', client })
  if (ledger === undefined) throw new Error('the ledger is registered')
  return runInDurableObject(stubOf(client), async (_ledger, { storage }) => {
    const outcomes: string[] = []
    do {
      const options = { env: { ...env, ...changes }, ledger, expiredBeforeMs: Date.UTC(2020, 6) }
      outcomes.push(await archiveExpired(storage, options))
    } while (outcomes.at(-1) === 'more')
    return outcomes
  })
}

const filesOf = async (client: string): Promise<readonly string[]> => {
  const { objects } = await bucket().list({ prefix: `v1/default/${client}/0/` })
  return Promise.all(objects.map(async ({ key }) => (await bucket().get(key))?.text() ?? ''))
}

const seqsOf = async (client: string): Promise<readonly unknown[]> =>
  (await queryLedger(client, 'SELECT seq FROM issuance ORDER BY seq')).map(({ seq }) => seq)

const indexed = async (client: string): Promise<number> => {
  const query = { client, filter: {}, after: undefined, limit: 500 }
  return (await indexOf(env, 'default').list(query)).items.length
}

const again = (request: IssueRequest): IssueRequest => ({
  ...request,
  evidence: { ...request.evidence, nonce: aNonce() },
})

const refusal = { code: 'record_archived' }

describe('records of certificates that expired long ago', () => {
  it('are archived whole, and dropped; the others stay', async ({ expect }) => {
    const client = 'archiving'
    const requests = await aLedger(client, 4, 2)
    const exported = await runInDurableObject(
      stubOf(client),
      (ledger) => ledger.exportIssuances({}, { after: 0, limit: 1 }).items,
    )
    expect(await archive(client)).toEqual(['more', 'done'])
    expect(await seqsOf(client)).toEqual([3, 4])
    expect(await indexed(client)).toBe(2)
    const [file = '', ...others] = await filesOf(client)
    expect(others).toEqual([])
    const lines = file.trimEnd().split('\n')
    const records = lines.map((line) => certificateRecordSchema.parse(JSON.parse(line)))
    expect(records.map(({ uid }) => uid)).toEqual(
      requests.slice(0, 2).map(({ origin }) => origin.uid),
    )
    const [first] = exported
    expect({ ...first, ...records[0] }).toEqual({ ...first, issuer: 'default', client })
    for (const table of ['issuance_name', 'issuance_suffix']) {
      const rows = await queryLedger(client, `SELECT seq FROM ${table} ORDER BY seq`)
      expect(rows).toEqual([{ seq: 3 }, { seq: 4 }])
    }
    const remains = 'length(uid) + length(request_digest) + length(serial)'
    expect(await queryLedger(client, `SELECT ${remains} AS bytes FROM archived`)).toEqual([
      { bytes: 68 },
      { bytes: 68 },
    ])
  })

  it('are never signed for again, in whatever shard the uid is now', async ({ expect }) => {
    const client = 'archived-uids'
    const [request] = await aLedger(client, 2, 1)
    if (request === undefined) throw new Error('one was issued')
    await archive(client)
    const other = { ...again(request), requestDigest: new Uint8Array(32).fill(2) }
    for (const [asked, shards] of [
      [again(request), [1]],
      [other, [1]],
      [again(request), [1, 256]],
    ] as const) {
      const outcome = await issue(client, asked, shards)
      expect(outcome).toMatchObject({ ok: false, error: { refusals: [{ code: refusal.code }] } })
    }
    expect(await seqsOf(client)).toEqual([2])
    // Counters and numbers go on where they were.
    await issue(client, anIssueRequest(), [1, 1])
    expect(await seqsOf(client)).toEqual([2, 3])
    const counters = await runInDurableObject(stubOf(client), (ledger) => ledger.counters())
    // One uid in 256 has the first shard with 256 of them, too.
    const refused = shardForUid(request.origin.uid, [1, 256]).shard === 0 ? 3 : 2
    expect(counters).toMatchObject({ issued: 3, refused: { [refusal.code]: refused } })
  })

  it.for([
    ['without the bucket', { ARCHIVE: undefined }, 'blocked'],
    ['with something else under its name', { ARCHIVE: 'text' }, 'blocked'],
  ] as const)('stay %s', async ([what, changes, outcome], { expect }) => {
    const client = what.replaceAll(' ', '-')
    await aLedger(client, 2, 1)
    expect(await archive(client, changes)).toEqual([outcome])
    expect(await seqsOf(client)).toEqual([1, 2])
    expect(await indexed(client)).toBe(2)
  })

  it.for([
    ['the archive', { ARCHIVE: { put: async () => Promise.reject(new Error('gone')) } }, 2],
    [
      'the index',
      { INDEX: { getByName: () => ({ forget: () => Promise.reject(new Error('gone')) }) } },
      2,
    ],
  ] as const)('stay while %s does not respond', async ([what, changes, rows], { expect }) => {
    const client = `failing-${what.replaceAll(' ', '-')}`
    await aLedger(client, 2, 1)
    await expect(archive(client, changes)).rejects.toThrow('gone')
    expect(await seqsOf(client)).toHaveLength(rows)
    expect(await archive(client)).toEqual(['more', 'done'])
    // The same records are one file, however often they were written.
    expect(await filesOf(client)).toHaveLength(1)
  })

  it('stay when they are the last one, or when the index does not have them', async ({
    expect,
  }) => {
    await aLedger('last-one', 1, 1)
    expect(await archive('last-one')).toEqual(['done'])
    await aLedger('unsent', 2, 2)
    await queryLedger('unsent', "DELETE FROM meta WHERE key = 'acknowledged'")
    expect(await archive('unsent')).toEqual(['done'])
    expect(await seqsOf('unsent')).toEqual([1, 2])
  })

  it('are no gap for an index that begins again', async ({ expect }) => {
    const client = 'beginning-again'
    await aLedger(client, 4, 2)
    await archive(client)
    await runInDurableObject(indexOf(env, 'default'), (_index, { storage }) => {
      storage.sql.exec('DELETE FROM certificate WHERE client = ?', client)
      storage.sql.exec('UPDATE ledger SET acknowledged = 0 WHERE client = ?', client)
    })
    await issue(client, anIssueRequest())
    await runDurableObjectAlarm(stubOf(client))
    expect(await indexed(client)).toBe(3)
  })
})

it('the alarm archives what the configuration says, and is set again', async ({ expect }) => {
  const client = 'by-alarm'
  await aLedger(client, 3, 2)
  await issue(client, anIssueRequest())
  const config = z.record(z.string(), z.unknown()).parse(JSON.parse(readText('SIGNER_CONFIG')))
  const retention = { afterExpiryDays: 30 }
  const nextAlarm = await runInDurableObject(stubOf(client), async (ledger, { storage }) => {
    const changed = { ...env, SIGNER_CONFIG: JSON.stringify({ ...config, retention }) }
    Reflect.set(ledger, 'env', changed)
    await ledger.alarm()
    const rows = storage.sql.exec('SELECT seq FROM issuance ORDER BY seq').toArray()
    expect(rows).toEqual([{ seq: 3 }, { seq: 4 }])
    const written = vi.spyOn(console, 'log').mockReturnValue()
    storage.sql.exec('UPDATE issuance SET not_after_seconds = 1 WHERE seq = 3')
    Reflect.set(ledger, 'env', { ...changed, ARCHIVE: undefined })
    await ledger.alarm()
    expect(
      written.mock.calls.map(([line]) =>
        z.object({ event: z.string() }).parse(JSON.parse(String(line))),
      ),
    ).toEqual([{ event: 'retention_blocked' }])
    written.mockRestore()
    return storage.getAlarm()
  })
  expect(nextAlarm).toBeGreaterThan(Date.now())
})
