import { env } from 'cloudflare:workers'
import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { directoryOf } from '../../../signer-worker/src/directory/client.ts'
import { askLedger } from '../../../signer-worker/src/ledger/client.ts'
import { shardForUid } from '../../../signer-worker/src/ledger/shards.ts'
import { anIssueRequest, issue } from '../support/issue-request.ts'

const counts = fc.constantFrom(1, 2, 4, 8, 256)
const uids = fc.uuid()

describe('where a uid is', () => {
  it('is one of the objects, the same each time, and returned with every earlier one', ({
    expect,
  }) => {
    fc.assert(
      fc.property(uids, fc.array(counts, { minLength: 1, maxLength: 4 }), (uid, shards) => {
        const { shard, earlier, shardGeneration } = shardForUid(uid, shards)
        const before = shards.map(
          (_count, index) => shardForUid(uid, shards.slice(0, index + 1)).shard,
        )
        expect(before.at(-1)).toBe(shard)
        expect(new Set([shard, ...earlier])).toEqual(new Set(before))
        expect(earlier).not.toContain(shard)
        expect(shardGeneration).toBe(shards.length)
        expect(Math.max(shard, ...earlier)).toBeLessThan(Math.max(...shards))
      }),
    )
  })

  it('is spread evenly', ({ expect }) => {
    const found = new Map<number, number>()
    for (let count = 0; count < 4000; count += 1) {
      const { shard } = shardForUid(`uid-${String(count)}`, [4])
      found.set(shard, (found.get(shard) ?? 0) + 1)
    }
    expect(new Set(found.keys())).toEqual(new Set([0, 1, 2, 3]))
    expect(Math.min(...found.values())).toBeGreaterThan(850)
  })
})

/** A uid that moves to another object when one becomes four. */
function movingUid(): string {
  const uid = crypto.randomUUID()
  return shardForUid(uid, [1, 4]).shard === 0 ? movingUid() : uid
}

it('a certificate from before the number of shards changed is given again', async ({ expect }) => {
  const request = anIssueRequest({ uid: movingUid() })
  const first = await issue('growing', request)
  expect(first).toMatchObject({ ok: true, value: { replayed: false } })
  const again = await issue('growing', request, [1, 4])
  expect(again).toEqual({ ok: true, value: { ...(first.ok ? first.value : {}), replayed: true } })
})

it('once the new number was seen, settings with the old one cannot issue for the same uid', async ({
  expect,
}) => {
  const request = anIssueRequest({ uid: movingUid() })
  expect(await issue('changing', request, [1, 4])).toMatchObject({ ok: true })
  const late = { ...anIssueRequest({ uid: request.origin.uid }) }
  expect(await issue('changing', late, [1])).toEqual({
    ok: false,
    error: {
      refusals: [
        { code: 'ledger_unavailable', detail: expect.stringContaining('numbers in the client') },
      ],
    },
  })
})

it('a uid that two generations of settings ask for at once gets one certificate', async ({
  expect,
}) => {
  const asked = Array.from({ length: 40 }, () => anIssueRequest({ uid: movingUid() }))
  const outcomes = await Promise.all(
    asked.flatMap((request, index) => {
      const twin = { ...request, evidence: anIssueRequest().evidence }
      const both = [issue('racing', request, [1]), issue('racing', twin, [1, 4])]
      return index % 2 === 0 ? both : both.toReversed()
    }),
  )
  const serials = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value.serialNumber] : []))
  const page = { after: 0, limit: 500 }
  const registered = await directoryOf(env).listLedgers({ client: 'racing' })
  const rows = await Promise.all(
    registered.map(async (ledger) => {
      const listed = await askLedger(env, ledger, async (object) => object.listIssuances({}, page))
      return listed.ok ? listed.value.items : []
    }),
  )
  const recorded = rows.flat().map(({ uid }) => uid)
  expect(recorded.toSorted()).toEqual([...new Set(recorded)].toSorted())
  expect(new Set(serials).size).toBe(recorded.length)
})
