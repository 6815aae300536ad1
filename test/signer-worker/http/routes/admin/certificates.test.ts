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
})

const serials = (): readonly string[] => issued.map(({ serialNumber }) => serialNumber).toSorted()

describe('the list', () => {
  it('has the certificates of every object of a client', async ({ expect }) => {
    const { certificates, next } = await list({ client: 'listed' })
    expect(certificates.map(({ serialNumber }) => serialNumber).toSorted()).toEqual(serials())
    expect(new Set(certificates.map(({ client }) => client))).toEqual(new Set(['listed']))
    expect(next).toBeNull()
  })

  it.for([1, 5, 11, 12])('in pages of %i has each of them once', async (limit, { expect }) => {
    const found: string[] = []
    let cursor: string | null | undefined
    let pages = 0
    while (cursor !== null) {
      const page = await list({
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
  })

  it('of all clients has those of others too', async ({ expect }) => {
    const { certificates } = await list({ limit: '500' })
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
    expect(await list(query)).toEqual({ certificates: [], next: null })
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

  it('is refused when one ledger does not answer: it would not be whole', async ({ expect }) => {
    const LEDGER = {
      getByName: () => {
        throw new Error('gone')
      },
    }
    const request = get({ key: adminKeyOf('read'), path: ADMIN_CERTIFICATES_PATH })
    const exchange = await send(request, { bindings: { LEDGER } })
    expect([exchange.status, codeOf(exchange)]).toEqual([503, 'ledger_unavailable'])
    expect(exchange.log).toEqual([expect.objectContaining({ reason: 'Error: gone' })])
  })

  it('cannot go on in a ledger that is none of those asked for: it would look complete', async ({
    expect,
  }) => {
    const place = { issuer: 'default', client: 'gone', shard: 0, after: 1 }
    const cursor = Buffer.from(JSON.stringify(place)).toString('base64url')
    const exchange = await ask(`${ADMIN_CERTIFICATES_PATH}?cursor=${cursor}`)
    expect([exchange.status, codeOf(exchange)]).toEqual([400, 'query_malformed'])
  })
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

describe('keys', () => {
  it('of a client open nothing here', async ({ expect }) => {
    const exchange = await send(get({ key: keyOf('cluster-1'), path: ADMIN_CERTIFICATES_PATH }))
    expect([exchange.status, codeOf(exchange)]).toEqual([401, 'credentials_rejected'])
  })

  it('of an admin sign no certificate and see no issuer', async ({ expect }) => {
    const key = adminKeyOf('admin')
    const answers = [await send(post(aSignRequest(), { key })), await send(get({ key }))]
    for (const exchange of answers) {
      expect([exchange.status, codeOf(exchange)]).toEqual([401, 'credentials_rejected'])
    }
  })

  it('sign the query too', async ({ expect }) => {
    const signed = get({ key: adminKeyOf('admin'), path: `${ADMIN_CERTIFICATES_PATH}?limit=1` })
    const changed = new Request(signed.url.replace('limit=1', 'limit=2'), signed)
    expect(codeOf(await send(changed))).toBe('credentials_rejected')
  })

  it('the log names the admin', async ({ expect }) => {
    const { log } = await ask(ADMIN_CERTIFICATES_PATH, 'read')
    expect(log).toEqual([
      expect.objectContaining({
        admin: 'read',
        keyId: adminKeyOf('read').keyId,
        outcome: 'listed',
        status: 200,
      }),
    ])
  })
})

it.for([ADMIN_CERTIFICATES_PATH, ADMIN_EXPORT_PATH, adminCertificatePath('00')])(
  '%s takes GET alone',
  async (path, { expect }) => {
    const exchange = await send(post('{}', { key: adminKeyOf('admin'), path }))
    expect([exchange.status, exchange.headers.get('allow')]).toEqual([405, 'GET'])
  },
)
