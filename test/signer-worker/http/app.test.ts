import {
  certificatesPath,
  issuerPath,
  PROTOCOL_HEADER,
  PROTOCOL_VERSION,
  REQUEST_ID_HEADER,
} from '@edge-issuer/shared'
import { it } from 'vitest'
import { PUBLIC_URL } from '../../support/worker-fixture.ts'
import { anApp, codeOf, send } from '../support/app.ts'
import { fixture } from '../support/fixture.ts'
import { aSignRequest } from '../support/sign-request.ts'
import { get, post } from '../support/signed.ts'

const HEALTH = issuerPath('default')
const SIGN = certificatesPath('default')

it.for([
  ['GET', get({ path: SIGN }), 'POST'],
  ['POST', post(aSignRequest(), { path: HEALTH }), 'GET'],
] as const)(
  'a signed %s where it is not allowed gets the allowed methods',
  async ([method, request, allow], { expect }) => {
    const { status, headers, body } = await send(request)
    expect(status).toBe(405)
    expect(headers.get('allow')).toBe(allow)
    expect(body).toMatchObject({
      code: 'method_not_allowed',
      detail: expect.stringContaining(method),
    })
  },
)

it.for(['HEAD', 'OPTIONS', 'PATCH'])(
  '%s cannot be signed, and is rejected: HEAD is not taken for GET',
  async (method, { expect }) => {
    const { status, log } = await send(new Request(get(), { method }))
    expect(status).toBe(401)
    expect(log).toEqual([
      expect.objectContaining({ outcome: 'credentials_rejected', reason: 'method_not_signed' }),
    ])
  },
)

const NOWHERE = [
  '/',
  '',
  '/v1',
  '/v2/issuers/default',
  '/v1/issuers/',
  '/v1/issuers/default/certificates/1',
  '/v1/admin',
]

it.for(NOWHERE)('a client learns that there is nothing at %s', async (path, { expect }) => {
  expect(codeOf(await send(get({ path })))).toBe('path_unknown')
})

it.for([
  'https://ca.example.com/',
  'https://ca.example.com/v1/issuers/default',
  'https://ca.example.com/signers/v1/issuers/default',
  ...[...NOWHERE, HEALTH, SIGN, '/v1/admin/certificates'].map((path) => PUBLIC_URL + path),
])('nobody else learns what there is at %s', async (url, { expect }) => {
  const headers = { [PROTOCOL_HEADER]: PROTOCOL_VERSION }
  const { status, body } = await send(new Request(url, { headers }))
  expect(status).toBe(401)
  expect(body).toEqual({
    type: 'tag:edge-issuer.dev,2026:refusal:credentials_rejected',
    title: 'The request is not signed by a registered client',
    status: 401,
    code: 'credentials_rejected',
    class: 'issuer',
    detail:
      "the request is not signed by a registered key for this URL; the worker's log has the reason under the request id",
  })
})

it('the log has the path as it arrived, and never the query', async ({ expect }) => {
  const { log } = await send(get({ path: `${HEALTH}?secret=1` }))
  expect(log).toEqual([expect.objectContaining({ path: `/signer${HEALTH}`, status: 200 })])
})

it('without a path prefix the routes are at the root', async ({ expect }) => {
  const config: unknown = JSON.parse(fixture.SIGNER_CONFIG)
  const bindings = {
    SIGNER_CONFIG: JSON.stringify({
      ...(typeof config === 'object' ? config : {}),
      publicUrl: 'https://ca.example.com',
    }),
  }
  const targetUri = `https://ca.example.com${issuerPath('default')}`
  const sent = get({ message: { targetUri } })
  const { status } = await send(new Request(targetUri, sent), { bindings })
  expect(status).toBe(200)
})

it('a worker with a bad configuration answers nobody, and logs every fault once', async ({
  expect,
}) => {
  const bindings = { SIGNER_CONFIG: JSON.stringify({ publicUrl: 'http://a', issuers: {} }) }
  const sendTo = anApp({ bindings })
  const exchanges = [
    await sendTo(get()),
    await sendTo(post(aSignRequest())),
    await sendTo(new Request('https://ca.example.com/anything')),
  ]
  for (const { body } of exchanges) {
    expect(body).toMatchObject({
      code: 'worker_misconfigured',
      detail: "the worker's configuration has errors; the worker's log lists them",
    })
  }
  const refused = expect.objectContaining({ event: 'request', outcome: 'worker_misconfigured' })
  expect(exchanges.flatMap(({ log }) => log)).toEqual([
    { event: 'config_error', path: '/profiles', message: expect.any(String) },
    refused,
    refused,
    refused,
  ])
})

it('every request has an id of its own', async ({ expect }) => {
  const [first, second] = await Promise.all([send(get()), send(get())])
  const ids = [first, second].map(({ headers }) => headers.get(REQUEST_ID_HEADER))
  expect(new Set(ids).size).toBe(2)
  expect(first.log).toEqual([expect.objectContaining({ requestId: ids[0] })])
})

it('an answer is kept by no cache and used by no browser', async ({ expect }) => {
  const { headers } = await send(get())
  expect(Object.fromEntries(headers)).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
  })
})

it.for([
  ['nothing', ''],
  ['no JSON', '{'],
  ['octets that are no UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ['a byte order mark', `\uFEFF${JSON.stringify(aSignRequest())}`],
] as const)('a signed body with %s is malformed', async ([, body], { expect }) => {
  expect(await send(post(body))).toMatchObject({
    body: { code: 'request_malformed', detail: 'the body is not JSON in UTF-8' },
  })
})

it('each field at fault is named', async ({ expect }) => {
  const request = { ...aSignRequest(), durationSeconds: 0, isCA: 'no' }
  const { body } = await send(post(JSON.stringify(request)))
  expect(body).toMatchObject({
    code: 'request_malformed',
    detail: expect.stringMatching(/^durationSeconds: .*; isCA: .*/),
  })
})

it('the signed idempotency key must be the uid of the body', async ({ expect }) => {
  const { body } = await send(post(JSON.stringify(aSignRequest())))
  expect(body).toMatchObject({
    code: 'request_malformed',
    detail: 'the idempotency key is not the uid of the origin',
  })
})
