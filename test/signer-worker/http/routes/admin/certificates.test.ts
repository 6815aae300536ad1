import {
  ADMIN_CERTIFICATES_PATH,
  ADMIN_EXPORT_PATH,
  adminCertificatePath,
  certificateDetailSchema,
  certificatesPageSchema,
  exportPageSchema,
  type SignAnswer,
  signAnswerSchema,
} from '@edge-issuer/shared'
import { beforeAll, describe, it } from 'vitest'
import * as z from 'zod/mini'
import type { AdminName } from '../../../../support/worker-fixture.ts'
import { codeOf, type Exchange, send } from '../../../support/app.ts'
import { adminKeyOf, keyOf } from '../../../support/fixture.ts'
import { indexLedgers } from '../../../support/index.ts'
import { aCsr, aSignRequest } from '../../../support/sign-request.ts'
import { get, post } from '../../../support/signed.ts'

const ask = async (path: string, admin: AdminName = 'admin'): Promise<Exchange> =>
  send(get({ key: adminKeyOf(admin), path }))

const list = async (
  query: Readonly<Record<string, string>>,
): Promise<z.infer<typeof certificatesPageSchema>> => {
  const search = new URLSearchParams(query).toString()
  const { body } = await ask(`${ADMIN_CERTIFICATES_PATH}?${search}`, 'read')
  return z.strictObject(certificatesPageSchema.shape).parse(body)
}

/** Certificates of the client `listed`, which has two objects, in the order of asking. */
const issued: SignAnswer[] = []
const COUNT = 12

beforeAll(async () => {
  for (let count = 0; count < COUNT; count += 1) {
    const csr = aCsr(`n${String(count)}.listed.example`)
    const { body } = await send(post(aSignRequest({ csr }), { key: keyOf('listed') }))
    issued.push(signAnswerSchema.parse(body))
  }
  await send(post(aSignRequest(), { key: keyOf('cluster-1') }))
  await indexLedgers({ issuer: 'default' })
})

/** Where a list comes from: the index, or the ledgers. */
const WAYS = [{}, { direct: 'true' }] as const

const serials = (): readonly string[] => issued.map(({ serialNumber }) => serialNumber).toSorted()

describe('the list', () => {
  it.for(WAYS)('has the certificates of every object of a client: %o', async (way, { expect }) => {
    const { certificates, next } = await list({ client: 'listed', ...way })
    expect(certificates.map(({ serialNumber }) => serialNumber).toSorted()).toEqual(serials())
    expect(new Set(certificates.map(({ client }) => client))).toEqual(new Set(['listed']))
    expect(next).toBeNull()
  })

  it.for([1, 5, 11, 12].flatMap((limit) => WAYS.map((way) => ({ ...way, limit }))))(
    'in pages has each of them once: %o',
    async ({ limit, ...way }, { expect }) => {
      const found: string[] = []
      let cursor: string | null | undefined
      let pages = 0
      while (cursor !== null) {
        const page = await list({
          ...way,
          client: 'listed',
          limit: String(limit),
          ...(cursor === undefined ? {} : { cursor }),
        })
        expect(page.certificates.length).toBeLessThanOrEqual(limit)
        found.push(...page.certificates.map(({ serialNumber }) => serialNumber))
        cursor = page.next
        pages += 1
      }
      expect(found.toSorted()).toEqual(serials())
      expect(pages).toBeLessThanOrEqual(Math.ceil(COUNT / limit) + 2)
    },
  )

  it('is the same from the ledgers as from the index, in the same order', async ({ expect }) => {
    const { indexedThrough, ...indexed } = await list({ issuer: 'default', limit: '500' })
    expect(await list({ issuer: 'default', limit: '500', direct: 'true' })).toEqual(indexed)
    const behindMs = Date.now() - Date.parse(indexedThrough ?? '')
    expect(behindMs).toBeGreaterThan(0)
    expect(behindMs).toBeLessThan(60_000)
  })

  it.for(WAYS)('of all clients has those of others too: %o', async (way, { expect }) => {
    const { certificates } = await list({ limit: '500', ...way })
    const clients = new Set(certificates.map(({ client }) => client))
    expect([...clients]).toEqual(expect.arrayContaining(['cluster-1', 'listed']))
  })

  it('says to the role admin who asked', async ({ expect }) => {
    const { body } = await ask(`${ADMIN_CERTIFICATES_PATH}?name=n3.listed.example`)
    const [reader] = (await list({ name: 'n3.listed.example' })).certificates
    const { origin } = aSignRequest()
    expect(body).toEqual({
      certificates: [
        {
          ...reader,
          requester: {
            kind: origin.kind,
            namespace: origin.namespace,
            name: origin.name,
            username: origin.username,
          },
        },
      ],
      next: null,
      indexedThrough: expect.any(String),
    })
  })

  it('says of each what a reader may know', async ({ expect }) => {
    const { certificates } = await list({ name: 'n3.listed.example' })
    const [, , , fourth] = issued
    expect(certificates).toEqual([
      {
        issuer: 'default',
        client: 'listed',
        serialNumber: fourth?.serialNumber,
        uid: expect.any(String),
        profile: 'default',
        subject: 'CN=n3.listed.example',
        subjectAltNames: ['DNS:n3.listed.example'],
        notBefore: fourth?.notBefore,
        notAfter: fourth?.notAfter,
        issuedAt: expect.any(String),
      },
    ])
  })

  it.for<Readonly<Record<string, string>>>([
    { namespace: 'elsewhere' },
    { client: 'listed', name: 'nothing.example' },
    { expiresBefore: '2020-01-01T00:00:00Z' },
  ])('is empty for %o', async (query, { expect }) => {
    const empty = { certificates: [], next: null }
    expect(await list(query)).toEqual({ ...empty, indexedThrough: expect.any(String) })
    expect(await list({ ...query, direct: 'true' })).toEqual(empty)
  })

  it.for([
    ['?color=red', /Unrecognized key: "color"/],
    ['?limit=0', /limit: must be a whole number/],
    ['?limit=501', /limit: must be at most 500/],
    ['?limit=1&limit=2', /"limit" is there more than once/],
    ['?issuedAfter=yesterday', /issuedAfter: Invalid ISO datetime/],
    ['?serialNumber=ABC', /serialNumber: must be pairs of hexadecimal digits/],
    ['?cursor=abcd', /cursor: is not the "next" of a page/],
    ['?cursor=%2F', /cursor: must be the "next" of a page/],
    [
      `?cursor=${Buffer.from('{"issuer":"default","client":"listed","shard":0,"after":-1}').toString('base64url')}`,
      /cursor: is not the "next"/,
    ],
  ] as const)('refuses the query %s', async ([search, detail], { expect }) => {
    const exchange = await ask(ADMIN_CERTIFICATES_PATH + search)
    expect(exchange.status).toBe(400)
    expect(exchange.body).toMatchObject({
      code: 'query_malformed',
      detail: expect.stringMatching(detail),
    })
  })

  it.for([
    ['the index', '', 'INDEX', 'ledger_unavailable'],
    ['a ledger', '?direct=true', 'LEDGER', 'ledger_unavailable'],
    ['the directory', '', 'DIRECTORY', 'directory_unavailable'],
    ['the directory', '?direct=true', 'DIRECTORY', 'directory_unavailable'],
  ] as const)(
    'is refused when %s does not respond: it would not be whole%s',
    async ([, search, binding, code], { expect }) => {
      const bindings = {
        [binding]: {
          getByName: () => {
            throw new Error('gone')
          },
        },
      }
      const request = get({ key: adminKeyOf('read'), path: ADMIN_CERTIFICATES_PATH + search })
      const exchange = await send(request, { bindings })
      expect([exchange.status, codeOf(exchange)]).toEqual([503, code])
      expect(exchange.log).toEqual([expect.objectContaining({ reason: 'Error: gone' })])
    },
  )

  it.for([
    ['?', { issuer: 'missing', ledger: 1, seq: 1 }],
    ['?direct=true&', { issuer: 'default', client: 'gone', shard: 0, after: 1 }],
    // One of the other list.
    ['?direct=true&', { issuer: 'default', ledger: 1, seq: 1 }],
    ['?', { issuer: 'default', client: 'listed', shard: 0, after: 1 }],
  ] as const)(
    'cannot go on where it has not been, for it would look complete: %s%o',
    async ([search, place], { expect }) => {
      const cursor = Buffer.from(JSON.stringify(place)).toString('base64url')
      const exchange = await ask(`${ADMIN_CERTIFICATES_PATH}${search}cursor=${cursor}`)
      expect([exchange.status, codeOf(exchange)]).toEqual([400, 'query_malformed'])
    },
  )
})

describe('one certificate', () => {
  it('is shown with its chain', async ({ expect }) => {
    const [first] = issued
    const { status, body } = await ask(adminCertificatePath(first?.serialNumber ?? ''), 'read')
    expect(status).toBe(200)
    const shown = z.strictObject(certificateDetailSchema.shape).parse(body)
    expect(shown).toMatchObject({
      client: 'listed',
      serialNumber: first?.serialNumber,
      chain: first?.chain,
      ca: first?.ca,
      clamped: null,
    })
  })

  it.for(['00', 'abc', 'AB', 'x', '00'.repeat(21)])(
    'that there is not is unknown: %s',
    async (serialNumber, { expect }) => {
      const exchange = await ask(adminCertificatePath(serialNumber))
      expect([exchange.status, codeOf(exchange)]).toEqual([404, 'certificate_unknown'])
    },
  )
})

describe('the export', () => {
  it('has the evidence as well: the signature verifies over its base', async ({ expect }) => {
    const { body } = await ask(`${ADMIN_EXPORT_PATH}?client=listed&limit=3`)
    const { records, next } = z.strictObject(exportPageSchema.shape).parse(body)
    expect(records).toHaveLength(3)
    expect(next).toEqual(expect.any(String))
    const { keyId, signatureBase } = records[0]?.evidence ?? {}
    expect(keyId).toBe(keyOf('listed').keyId)
    expect(signatureBase).toContain(`"idempotency-key": ${records[0]?.uid ?? ''}`)
  })

  it('is not for a reader', async ({ expect }) => {
    const exchange = await ask(ADMIN_EXPORT_PATH, 'read')
    expect([exchange.status, codeOf(exchange)]).toEqual([403, 'role_missing'])
  })
})
