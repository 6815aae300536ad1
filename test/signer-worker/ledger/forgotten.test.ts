import { describe, expect, it } from 'vitest'
/**
 * After a restore of an older copy: what the ledger may have forgotten is not signed again.
 */
import type { IssueRequest } from '../../../signer-worker/src/ledger/messages.ts'
import { aNonce, anIssueRequest, issue } from '../support/issue-request.ts'
import { queryLedger, rebindLedger } from '../support/ledger.ts'

const RESTORED_AT = '2026-11-30T08:00:00.500Z'

/** A request with the time of its creation. */
function created(createdAt: string | undefined, request = anIssueRequest()): IssueRequest {
  const { createdAt: _none, ...origin } = request.origin
  return {
    ...request,
    evidence: { ...request.evidence, nonce: aNonce() },
    origin: createdAt === undefined ? origin : { ...origin, createdAt },
  }
}

const forgotten = (detail: RegExp): object => ({
  ok: false,
  error: { refusals: [{ code: 'issuance_forgotten', detail: expect.stringMatching(detail) }] },
})

const signed = { ok: true, value: { replayed: false } }

/** A ledger with one certificate, restored. */
async function aRestoredLedger(client: string): Promise<IssueRequest> {
  const known = anIssueRequest()
  await issue(client, known)
  await rebindLedger(client, { RESTORED_AT })
  return known
}

describe('a ledger that was restored from an older copy', () => {
  it.for<readonly [string, string]>([
    ['an hour before the restore', '2026-11-30T07:00:00Z'],
    // Kubernetes cuts fractions off, so that this may be before the restore.
    ['in the second of the restore', '2026-11-30T08:00:00Z'],
  ])('refuses an unknown uid of a request of %s', async ([when, createdAt]) => {
    const client = when.replaceAll(' ', '-')
    await aRestoredLedger(client)
    expect(await issue(client, created(createdAt))).toMatchObject(
      forgotten(
        new RegExp(`at 2026-11-30T08:00:00Z, and this request of ${createdAt} .*cmctl renew`),
      ),
    )
    expect(await queryLedger(client, 'SELECT count(*) AS rows FROM issuance')).toEqual([
      { rows: 1 },
    ])
    expect(await queryLedger(client, 'SELECT code FROM refusal')).toEqual([
      { code: 'issuance_forgotten' },
    ])
  })

  it('refuses an unknown uid of an older relay, which does not say when', async () => {
    await aRestoredLedger('silent')
    expect(await issue('silent', created(undefined))).toMatchObject(
      forgotten(/does not say when it was created.*upgrade the relay/),
    )
  })

  it.for(['2026-11-30T08:00:01Z', '9999-12-31T23:59:59Z'])(
    'signs a request that was created afterwards, at %s',
    async (createdAt) => {
      const client = `after-${createdAt.slice(0, 4)}`
      await aRestoredLedger(client)
      expect(await issue(client, created(createdAt))).toMatchObject(signed)
    },
  )

  it.for([undefined, '2026-11-30T07:00:00Z'])(
    'answers for a uid that it knows as always (created at %s)',
    async (createdAt) => {
      const client = `known-${createdAt === undefined ? 'silent' : 'dated'}`
      const known = await aRestoredLedger(client)
      expect(await issue(client, created(createdAt, known))).toMatchObject({
        ok: true,
        value: { replayed: true },
      })
      const other = { ...created(createdAt, known), requestDigest: new Uint8Array(32) }
      expect(await issue(client, other)).toMatchObject({
        error: { refusals: [{ code: 'idempotency_conflict' }] },
      })
    },
  )

  it('finds a uid where the client had fewer shards', async () => {
    const known = await aRestoredLedger('sharded')
    expect(await issue('sharded', created(undefined, known), [1, 64])).toMatchObject({
      ok: true,
      value: { replayed: true },
    })
  })

  it('signs nothing while it cannot read when that was', async () => {
    await aRestoredLedger('unreadable')
    await rebindLedger('unreadable', { RESTORED_AT: 'yesterday' })
    expect(await issue('unreadable', created('2026-12-01T00:00:00Z'))).toMatchObject({
      error: { refusals: [{ code: 'ledger_unavailable' }] },
    })
  })

  it('counts refusals against the limit of repeats', async () => {
    await aRestoredLedger('flooded')
    const request = { ...created('2026-11-30T07:00:00Z'), repeatsPerMinute: 1 }
    await issue('flooded', request)
    expect(await issue('flooded', request)).toMatchObject({
      error: { refusals: [{ code: 'rate_limited' }] },
    })
  })
})

it('a ledger that was never restored signs whenever a request was created', async () => {
  for (const createdAt of [undefined, '2020-01-01T00:00:00Z']) {
    expect(await issue('never-restored', created(createdAt))).toMatchObject(signed)
  }
})
