import type { Requester, SignOrigin } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import type { IssueRequest, LedgerRecord } from '../../../signer-worker/src/ledger/messages.ts'
import {
  exportIssuances,
  issuanceQuery,
  lastIssuances,
  listIssuances,
} from '../../../signer-worker/src/ledger/records.ts'
import type { CertificateFilter } from '../../../signer-worker/src/storage/certificate-filter.ts'
import { anIssueRequest, issue } from '../support/issue-request.ts'
import { queryLedger, withLedger } from '../support/ledger.ts'

const PAGE = { after: 0, limit: 100 }

const requesterOf = ({ uid: _uid, ...asker }: SignOrigin): Requester => asker

const find = async (client: string, filter: CertificateFilter): Promise<readonly LedgerRecord[]> =>
  withLedger(client, ({ sql }) => [...exportIssuances(sql, filter, PAGE).items])

describe('a certificate is found by', () => {
  it.for<[string, (record: LedgerRecord) => CertificateFilter]>([
    ['its serial number', ({ serialNumber }) => ({ serialNumber })],
    ['its uid', ({ uid }) => ({ uid })],
    ['a name, whatever its case', () => ({ name: 'Found.Example' })],
    ['when it was issued', () => ({ issuedAfter: '2026-03-01T00:00:00Z' })],
    [
      'when it ends',
      ({ notAfter }) => ({ expiresAfter: notAfter, expiresBefore: '2030-01-01T00:00:00Z' }),
    ],
    [
      'everything at once',
      ({ serialNumber, uid, notAfter }) => ({
        serialNumber,
        uid,
        name: 'found.example',
        issuedAfter: '2026-03-01T00:00:00Z',
        issuedBefore: '2026-03-02T00:00:01Z',
        expiresAfter: notAfter,
      }),
    ],
  ])('%s', async ([what, filterFor], { expect }) => {
    const client = what.replaceAll(/[ ,]+/g, '-')
    await issue(client, anIssueRequest({ dnsName: 'other.example' }))
    await issue(client, anIssueRequest({ dnsName: 'found.example', durationSeconds: 7200 }))
    await queryLedger(client, 'UPDATE issuance SET issued_at_ms = ?', Date.UTC(2026, 0, 1))
    await queryLedger(
      client,
      'UPDATE issuance SET issued_at_ms = ? WHERE seq = 2',
      Date.UTC(2026, 2, 2),
    )
    const [, second] = await find(client, {})
    if (second === undefined) throw new Error('two were issued')
    expect(await find(client, filterFor(second))).toEqual([second])
  })
})

it.for<[string, CertificateFilter]>([
  ['a serial number', { serialNumber: '00' }],
  ['a uid', { uid: 'nobody' }],
  ['a name', { name: 'example' }],
  ['a time of issuing that is over', { issuedBefore: '2020-01-01T00:00:00Z' }],
  ['an end that is too late', { expiresAfter: '2099-01-01T00:00:00Z' }],
])('nothing is found by %s that fits nothing', async ([, filter], { expect }) => {
  await issue('nothing', anIssueRequest())
  expect(await find('nothing', filter)).toEqual([])
})

it('a record says all that is known', async ({ expect }) => {
  const request = anIssueRequest({ dnsName: 'whole.example' })
  const outcome = await issue('whole', request)
  const [record] = await find('whole', {})
  const answer = outcome.ok ? outcome.value : undefined
  expect(record).toEqual({
    serialNumber: answer?.serialNumber,
    uid: request.origin.uid,
    profile: 'default',
    subject: 'CN=whole.example',
    subjectAltNames: ['DNS:whole.example'],
    notBefore: answer?.notBefore,
    notAfter: answer?.notAfter,
    issuedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    clamped: null,
    chain: answer?.chain,
    ca: answer?.ca,
    ignored: [],
    warnings: [],
    origin: request.origin,
    requester: requesterOf(request.origin),
    lineage: '["CertificateRequest","web","","a-"]',
    requestDigest: '01'.repeat(32),
    evidence: {
      keyId: 'k',
      signatureBase: 'b',
      signature: Buffer.alloc(64).toString('base64'),
      body: Buffer.from(request.body).toString('base64'),
    },
  })
})

it('a list has the same certificates without the evidence', async ({ expect }) => {
  await issue('listed-alike', anIssueRequest())
  const [record] = await find('listed-alike', {})
  if (record === undefined) throw new Error('one was issued')
  const { origin: _origin, requestDigest: _digest, evidence: _evidence, ...certificate } = record
  const listed = await withLedger('listed-alike', ({ sql }) => listIssuances(sql, {}, PAGE))
  expect(listed.items).toEqual([certificate])
})

it('a page ends where its size is enough, and has one record at least', async ({ expect }) => {
  for (let count = 0; count < 5; count += 1) await issue('sized', anIssueRequest())
  const pages = await withLedger('sized', ({ sql }) => {
    sql.exec('UPDATE issuance SET body = zeroblob(CASE seq WHEN 1 THEN 2000000 ELSE 1700000 END)')
    return [0, 2, 4].map((after) => exportIssuances(sql, {}, { after, limit: 500 }))
  })
  expect(pages.map(({ items, next }) => [items.length, next])).toEqual([
    [2, 2],
    [2, 4],
    [1, undefined],
  ])
  await queryLedger('sized', 'DELETE FROM issuance')
})

it('pages follow each other without a gap', async ({ expect }) => {
  for (let count = 0; count < 5; count += 1) await issue('paged', anIssueRequest())
  const pages = await withLedger('paged', ({ sql }) => {
    const first = listIssuances(sql, {}, { after: 0, limit: 2 })
    const second = listIssuances(sql, {}, { after: first.next ?? -1, limit: 2 })
    const third = listIssuances(sql, {}, { after: second.next ?? -1, limit: 2 })
    return [first, second, third]
  })
  expect(pages.map(({ items }) => items.length)).toEqual([2, 2, 1])
  expect(pages.map(({ next }) => next)).toEqual([2, 4, undefined])
  const uids = pages.flatMap(({ items }) => items.map(({ uid }) => uid))
  expect(new Set(uids).size).toBe(5)
})

it.for<[string, CertificateFilter, RegExp]>([
  ['a serial number', { serialNumber: '00' }, /INDEX sqlite_autoindex_issuance_2/],
  ['a uid', { uid: 'u' }, /INDEX sqlite_autoindex_issuance_1/],
  ['a name', { name: 'n' }, /issuance_name USING PRIMARY KEY/],
  ['a name of a kind', { name: 'DNS:n' }, /issuance_name USING PRIMARY KEY/],
  ['the end of a name', { name: '.n' }, /issuance_suffix USING PRIMARY KEY/],
  ['a namespace', { namespace: 'n' }, /INDEX issuance_by_namespace/],
  ['a renewal', { current: 'true' }, /SCAN issuance USING (COVERING )?INDEX issuance_by_lineage/],
  [
    'a range of ends',
    { expiresAfter: '2026-01-01T00:00:00Z', expiresBefore: '2026-02-01T00:00:00Z' },
    /INDEX issuance_by_not_after/,
  ],
  [
    'a range of times',
    { issuedAfter: '2026-01-01T00:00:00Z', issuedBefore: '2026-02-01T00:00:00Z' },
    /INDEX issuance_by_issued_at/,
  ],
])('%s is looked up in an index', async ([, filter, index], { expect }) => {
  await issue('planned', anIssueRequest())
  const { sql, parameters } = issuanceQuery(filter, PAGE)
  const plan = await queryLedger('planned', `EXPLAIN QUERY PLAN ${sql}`, ...parameters)
  expect(JSON.stringify(plan)).toMatch(index)
})

/** A request of another origin. */
const requestOf = (origin: Partial<SignOrigin>): IssueRequest => {
  const made = anIssueRequest()
  return { ...made, origin: { ...made.origin, ...origin } }
}

describe('renewed certificates', () => {
  const BASE = { namespace: 'shop', name: 'web-1' } as const

  it.for<[string, Partial<SignOrigin>, boolean]>([
    ['the next revision', { ...BASE, name: 'web-2' }, true],
    ['a revision of more digits', { ...BASE, name: 'web-117' }, true],
    ['the same name once more', { ...BASE }, true],
    ['another user of the cluster', { ...BASE, name: 'web-2', username: 'someone-else' }, true],
    ['another namespace', { ...BASE, namespace: 'other' }, false],
    ['another Certificate', { ...BASE, name: 'webs-1' }, false],
    ['a Certificate that ends with a number', { ...BASE, name: 'web-1-1' }, false],
    ['a name without a revision', { ...BASE, name: 'web' }, false],
    ['a name that only ends with a digit', { ...BASE, name: 'web1' }, false],
    ['another kind', { ...BASE, kind: 'CertificateSigningRequest' }, false],
  ])('%s', async ([what, origin, isRenewal], { expect }) => {
    const client = what.replaceAll(' ', '-')
    await issue(client, requestOf(BASE))
    await issue(client, requestOf(origin))
    const current = await find(client, { current: 'true' })
    expect(current.map((record) => record.origin.name)).toEqual([
      ...(isRenewal ? [] : [BASE.name]),
      origin.name,
    ])
  })

  it('of a command line are those of the same user', async ({ expect }) => {
    const line = { kind: 'CommandLine', namespace: '', name: 'web.csr' } as const
    for (const username of ['alice', 'bob', 'alice']) {
      await issue('lines', requestOf({ ...line, username }))
    }
    const current = await find('lines', { current: 'true' })
    expect(current.map((record) => record.origin.username)).toEqual(['bob', 'alice'])
  })

  it.for(['CertificateSigningRequest', 'CommandLine'] as const)(
    'of a %s have the very same name: a number at its end is no revision',
    async (kind, { expect }) => {
      for (const name of ['node-1', 'node-2', 'node-1']) {
        await issue(kind.toLowerCase(), requestOf({ kind, namespace: '', name }))
      }
      const current = await find(kind.toLowerCase(), { current: 'true' })
      expect(current.map((record) => record.origin.name)).toEqual(['node-2', 'node-1'])
    },
  )

  it('are hidden before other filters apply: what was renewed does not expire', async ({
    expect,
  }) => {
    await issue('expiring', requestOf({ ...BASE }))
    await queryLedger('expiring', 'UPDATE issuance SET not_after_seconds = 1800000000')
    await issue('expiring', requestOf({ ...BASE, name: 'web-2' }))
    const soon = { expiresBefore: '2027-01-16T00:00:00Z' }
    expect(await find('expiring', soon)).not.toEqual([])
    expect(await find('expiring', { ...soon, current: 'true' })).not.toContainEqual(
      expect.objectContaining({ notAfter: '2027-01-15T08:00:00Z' }),
    )
  })

  it('the last of each lineage is known', async ({ expect }) => {
    await issue('last', requestOf({ ...BASE }))
    await issue('last', requestOf({ ...BASE, name: 'web-2' }))
    await queryLedger('last', 'UPDATE issuance SET issued_at_ms = seq * 1000')
    const lineage = '["CertificateRequest","shop","","web-"]'
    expect(await withLedger('last', ({ sql }) => lastIssuances(sql, [lineage, 'other']))).toEqual({
      [lineage]: 2000,
    })
  })
})
