import { METRICS_CONTENT_TYPE, METRICS_PATH } from '@edge-issuer/shared'
import { env } from 'cloudflare:workers'
import { beforeAll, describe, it } from 'vitest'
import { PUBLIC_URL } from '../../../support/worker-fixture.ts'
import { anApp, codeOf, type Exchange, send } from '../../support/app.ts'
import { keyOf } from '../../support/fixture.ts'
import { indexLedgers } from '../../support/index.ts'
import { aCsr, aSignRequest } from '../../support/sign-request.ts'
import { get, post } from '../../support/signed.ts'

const TOKEN = 'a token of more than 32 bytes: é'.replaceAll(' ', '-')

const request = (
  search = '',
  headers: HeadersInit = { authorization: `Bearer ${TOKEN}` },
): Request => new Request(`${PUBLIC_URL}${METRICS_PATH}${search}`, { headers })

const scrape = async (
  search = '',
  bindings: Readonly<Record<string, unknown>> = {},
): Promise<Exchange> => send(request(search), { bindings: { METRICS_TOKEN: TOKEN, ...bindings } })

const NO_LEDGER = {
  getByName: () => {
    throw new Error('a ledger was asked')
  },
}

beforeAll(async () => {
  const key = keyOf('restricted')
  const asked = aSignRequest({ csr: aCsr('m.allowed.example') })
  await send(post(asked, { key }))
  await send(post(asked, { key }))
  await send(post(aSignRequest(), { key }))
  await indexLedgers({ client: 'restricted' })
})

describe('a scrape', () => {
  it('counts for each issuer, from the indexes alone', async ({ expect }) => {
    const { status, headers, body } = await scrape('', { LEDGER: NO_LEDGER })
    expect([status, headers.get('content-type')]).toEqual([200, METRICS_CONTENT_TYPE])
    const text = String(body)
    for (const line of [
      /^edge_issuer_index_up\{issuer="default"\} 1$/m,
      /^edge_issuer_index_lag_seconds\{issuer="default"\} [\d.]+$/m,
      /^edge_issuer_ledgers\{issuer="default"\} [1-9]\d*$/m,
      /^edge_issuer_certificates_issued_total\{issuer="default"\} [1-9]\d*$/m,
      /^edge_issuer_requests_refused_total\{issuer="default",code="name_not_allowed"\} [1-9]\d*$/m,
      /^edge_issuer_ca_not_after_timestamp_seconds\{issuer="default",/m,
    ]) {
      expect(text).toMatch(line)
    }
    expect(text).not.toContain('client=')
  })

  it('counts for each client when it is asked to', async ({ expect }) => {
    const text = String((await scrape('?by=client', { LEDGER: NO_LEDGER })).body)
    const labels = 'issuer="default",client="restricted"'
    for (const line of [
      `edge_issuer_certificates_issued_total{${labels}} `,
      `edge_issuer_certificates_replayed_total{${labels}} `,
      `edge_issuer_requests_refused_total{${labels},code="name_not_allowed"} `,
    ]) {
      expect(text).toContain(line)
    }
  })

  it('shows an index that does not respond, which hides no other', async ({ expect }) => {
    const INDEX = {
      getByName: (name: string) => {
        if (name === 'v1:rotating') throw new Error('gone')
        return env.INDEX.getByName(name)
      },
    }
    await send(post(aSignRequest(), { key: keyOf('cluster-1'), issuer: 'rotating' }))
    const text = String((await scrape('', { INDEX })).body)
    expect(text).toContain('edge_issuer_index_up{issuer="rotating"} 0\n')
    expect(text).toContain('edge_issuer_index_up{issuer="default"} 1\n')
    expect(text).not.toContain('edge_issuer_ledgers{issuer="rotating"}')
  })

  it('ten times a second asks the indexes once in five seconds', async ({ expect }) => {
    let asked = 0
    let nowMs = 1_800_000_000_000
    const counting = {
      getByName: (name: string) => {
        if (name === 'v1:default') asked += 1
        return env.INDEX.getByName(name)
      },
    }
    const bindings = { METRICS_TOKEN: TOKEN, INDEX: counting, LEDGER: NO_LEDGER }
    const app = anApp({ bindings, nowMs: () => nowMs })
    for (let count = 0; count < 50; count += 1) {
      expect((await app(request())).status).toBe(200)
      nowMs += 100
    }
    expect(asked).toBe(1)
    await app(request())
    expect(asked).toBe(2)
    await app(request('?by=client'))
    expect(asked).toBe(3)
  })

  it.for([
    ['no header', {}],
    ['another token', { authorization: `Bearer ${TOKEN}x` }],
    ['a part of it', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['an empty token', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: `Basic ${TOKEN}` }],
    ['the token alone', { authorization: TOKEN }],
  ] as const)('with %s is refused', async ([, headers], { expect }) => {
    const exchange = await send(request('', headers), { bindings: { METRICS_TOKEN: TOKEN } })
    expect([exchange.status, codeOf(exchange)]).toEqual([401, 'credentials_rejected'])
    expect(JSON.stringify([exchange.body, exchange.log])).not.toContain(TOKEN)
  })

  it.for(['?by=namespace', '?color=red', '?by=client&by=client'])(
    'with the query %s is malformed',
    async (search, { expect }) => {
      const exchange = await scrape(search)
      expect([exchange.status, codeOf(exchange)]).toEqual([400, 'query_malformed'])
    },
  )

  it('takes GET alone', async ({ expect }) => {
    const exchange = await send(new Request(request(), { method: 'POST', body: 'x' }), {
      bindings: { METRICS_TOKEN: TOKEN },
    })
    expect([exchange.status, exchange.headers.get('allow')]).toEqual([405, 'GET'])
  })
})

describe('without a token in the worker', () => {
  it.for([
    ['no secret', undefined],
    ['an empty secret', ''],
    ['a short secret', 'x'.repeat(31)],
  ] as const)('the path is as unknown as any other: %s', async ([, secret], { expect }) => {
    const bindings = secret === undefined ? {} : { METRICS_TOKEN: secret }
    const bearer = request('', { authorization: `Bearer ${secret ?? ''}` })
    const unknown = new Request(`${PUBLIC_URL}/v1/nothing`, bearer)
    const exchanges = [await send(bearer, { bindings }), await send(unknown, { bindings })]
    const [one, other] = exchanges.map(({ status, body }) => ({ status, body }))
    expect(one).toEqual(other)
    const signed = get({ key: keyOf('cluster-1'), path: METRICS_PATH })
    expect(codeOf(await send(signed, { bindings }))).toBe('path_unknown')
  })
})
