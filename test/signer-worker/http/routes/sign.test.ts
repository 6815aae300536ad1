import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto'
import {
  contentDigest,
  IDEMPOTENCY_KEY_HEADER,
  PROTOCOL_HEADER,
  type SignAnswer,
  signAnswerSchema,
} from '@edge-issuer/shared'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import { aKey } from '@edge-issuer/testbed/pki/x509'
import { exports } from 'cloudflare:workers'
import { it } from 'vitest'
import * as z from 'zod'
import { send } from '../../support/app.ts'
import { fixture, keyOf } from '../../support/fixture.ts'
import { countIssuances, queryLedger } from '../../support/ledger.ts'
import { aCsr, aSignRequest } from '../../support/sign-request.ts'
import { post, withHeaders } from '../../support/signed.ts'

const answerOf = (body: unknown): SignAnswer => z.strictObject(signAnswerSchema.shape).parse(body)

it('signs over the whole way, and the chain leads to the root', async ({ expect }) => {
  const response = await exports.default.fetch(post(aSignRequest({ csr: aCsr('whole.example') })))
  expect(response.status).toBe(201)
  const answer = answerOf(await response.json())
  const [leaf, intermediate, ...more] = answer.chain
    .split(/(?<=-----END CERTIFICATE-----\n)/)
    .map((pem) => new X509Certificate(pem))
  const root = new X509Certificate(answer.ca)
  expect(more).toEqual([])
  expect(leaf?.subjectAltName).toBe('DNS:whole.example')
  expect(leaf?.serialNumber.toLowerCase()).toBe(answer.serialNumber)
  expect(leaf?.verify(intermediate?.publicKey ?? root.publicKey)).toBe(true)
  expect(intermediate?.verify(root.publicKey)).toBe(true)
  expect(new Date(leaf?.validFrom ?? '')).toEqual(new Date(answer.notBefore))
  expect(new Date(leaf?.validTo ?? '')).toEqual(new Date(answer.notAfter))
  expect(answer).toMatchObject({ clamped: null, replayed: false })
})

it('logs who got what, and nothing of the request itself', async ({ expect }) => {
  const request = aSignRequest()
  const { body, log } = await send(post(request))
  expect(log).toEqual([
    {
      event: 'request',
      requestId: expect.any(String),
      method: 'POST',
      path: '/signer/v1/issuers/default/certificates',
      status: 201,
      millis: expect.any(Number),
      ledgerMillis: expect.any(Number),
      client: 'cluster-1',
      keyId: keyOf('cluster-1').keyId,
      issuer: 'default',
      profile: 'default',
      namespace: 'web',
      name: 'a-1',
      uid: request.origin.uid,
      serialNumber: answerOf(body).serialNumber,
      ignored: 0,
      warnings: 0,
      outcome: 'issued',
    },
  ])
})

it('a relay one minor version older gets its certificate', async ({ expect }) => {
  const request = post(aSignRequest(), { message: { protocolVersion: '1.2' } })
  const { status } = await send(withHeaders(request, { [PROTOCOL_HEADER]: '1.2' }))
  expect(status).toBe(201)
})

it('a relay that is upgraded gets the certificate that it had, and the other way round', async ({
  expect,
}) => {
  const older = aSignRequest()
  const newer = {
    ...older,
    origin: { ...older.origin, createdAt: '2026-11-30T08:00:00Z' },
  }
  for (const [first, second] of [
    [older, newer],
    [newer, older],
  ] as const) {
    const uid = crypto.randomUUID()
    const withUid = (request: typeof older): Request =>
      post({ ...request, origin: { ...request.origin, uid } })
    const signed = await send(withUid(first))
    const again = await send(withUid(second))
    expect([signed.status, again.status]).toEqual([201, 200])
    expect(answerOf(again.body).serialNumber).toBe(answerOf(signed.body).serialNumber)
  }
})

it('the body is kept as it was sent, byte for byte', async ({ expect }) => {
  const request = aSignRequest()
  // JSON says the same in many ways; the signature covers one of them.
  const body = JSON.stringify(request, null, 3).replace('"isCA"', String.raw`"\u0069sCA"`)
  const signed = post(body, {
    message: {
      body: {
        contentDigest: contentDigest(createHash('sha256').update(body).digest()),
        idempotencyKey: request.origin.uid,
      },
    },
  })
  const sent = withHeaders(signed, { [IDEMPOTENCY_KEY_HEADER]: request.origin.uid })
  expect((await send(sent)).status).toBe(201)
  const query = 'SELECT body FROM issuance WHERE uid = ?'
  const rows = await queryLedger('cluster-1', query, request.origin.uid)
  expect(rows).toEqual([{ body: new TextEncoder().encode(body).buffer }])
})

it('the same uid twice gets the same certificate', async ({ expect }) => {
  const request = aSignRequest()
  const first = await send(post(request))
  const second = await send(post(request))
  expect(first.status).toBe(201)
  expect(second.status).toBe(200)
  expect(second.body).toEqual({ ...answerOf(first.body), replayed: true })
  expect(await countIssuances('cluster-1', request.origin.uid)).toBe(1)
})

it('the same uid fifty times at once gets one certificate', async ({ expect }) => {
  const request = aSignRequest()
  const exchanges = await Promise.all(
    Array.from({ length: 50 }, async () => exports.default.fetch(post(request))),
  )
  const answers = await Promise.all(
    exchanges.map(async (response) => answerOf(await response.json())),
  )
  expect(exchanges.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(new Set(answers.map(({ chain }) => chain)).size).toBe(1)
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1)
  expect(await countIssuances('cluster-1', request.origin.uid)).toBe(1)
})

it.for([
  ['certification request', { csr: makeCsr({ key: aKey('Ed25519') }) }],
  ['duration', { durationSeconds: 3601 }],
  ['isCA', { isCA: true, profile: 'default' }],
  ['usages', { usages: ['server auth'] }],
  ['order of usages', { usages: ['server auth', 'digital signature'] }],
  ['profile, even when it is the default', { profile: 'default' }],
] as const)('the same uid with another %s is a conflict', async ([, changes], { expect }) => {
  const uid = crypto.randomUUID()
  const csr = aCsr()
  await send(post(aSignRequest({ uid, csr })))
  const { usages, ...others } = { usages: undefined, ...changes }
  const changed = aSignRequest({
    uid,
    csr,
    ...others,
    ...(usages === undefined ? {} : { usages: [...usages] }),
  })
  const { body } = await send(post(changed))
  expect(body).toMatchObject({ code: 'idempotency_conflict' })
  expect(await countIssuances('cluster-1', uid)).toBe(1)
})

it('the same request from another name is no conflict: the origin says who, not what', async ({
  expect,
}) => {
  const request = aSignRequest()
  await send(post(request))
  const renamed = { ...request, origin: { ...request.origin, username: 'someone else' } }
  const { status } = await send(post(renamed))
  expect(status).toBe(200)
})

it('the same uid of another client is another certificate', async ({ expect }) => {
  const request = aSignRequest()
  const first = await send(post(request))
  const second = await send(post(request, { key: keyOf('cluster-2') }))
  expect(second.status).toBe(201)
  expect(answerOf(second.body).serialNumber).not.toBe(answerOf(first.body).serialNumber)
})

it('a uid that was refused may get a certificate later', async ({ expect }) => {
  const uid = crypto.randomUUID()
  const refused = await send(post(aSignRequest({ uid, usages: ['teleportation'] })))
  const signed = await send(post(aSignRequest({ uid })))
  expect([refused.status, signed.status]).toEqual([422, 201])
})

it('a certificate stays what it was when policy has changed since', async ({ expect }) => {
  const request = aSignRequest()
  const first = await send(post(request))
  const stricter = JSON.stringify({
    ...JSON.parse(fixture.SIGNER_CONFIG),
    profiles: { default: { keyTypes: ['RSA'] }, strict: {}, authority: { isCA: true } },
  })
  const withStricter = { bindings: { SIGNER_CONFIG: stricter } }
  const again = await send(post(request), withStricter)
  const fresh = await send(post({ ...request, origin: aSignRequest().origin }), withStricter)
  expect(again.body).toEqual({ ...answerOf(first.body), replayed: true })
  expect(fresh.body).toMatchObject({ code: 'key_not_allowed' })
})

it('a certificate stays what it was when its profile is gone', async ({ expect }) => {
  const request = aSignRequest({ profile: 'strict' })
  const first = await send(post(request))
  const config: unknown = JSON.parse(fixture.SIGNER_CONFIG)
  const SIGNER_CONFIG = JSON.stringify(config).replaceAll('"strict"', '"stricter"')
  const again = await send(post(request), { bindings: { SIGNER_CONFIG } })
  const fresh = await send(post(aSignRequest({ profile: 'strict' })), {
    bindings: { SIGNER_CONFIG },
  })
  expect(again.body).toEqual({ ...answerOf(first.body), replayed: true })
  expect(fresh.body).toMatchObject({ code: 'profile_unknown' })
})

it('a certificate stays what it was when the issuing CA has expired since', async ({ expect }) => {
  const request = aSignRequest()
  const first = await send(post(request))
  // The credentials are checked by the same clock, so the client's goes with it.
  const nowMs = Date.parse('2050-06-01T00:00:00Z')
  const again = await send(post(request, { nowMs }), { nowMs: () => nowMs })
  const fresh = await send(post(aSignRequest(), { nowMs }), { nowMs: () => nowMs })
  expect(again.body).toEqual({ ...answerOf(first.body), replayed: true })
  expect(fresh.body).toMatchObject({ code: 'issuer_expiring' })
})

it('several violations are reported at once, under the code of the first', async ({ expect }) => {
  const { body } = await send(
    post(aSignRequest({ profile: 'strict', usages: ['client auth'], durationSeconds: 7201 })),
  )
  expect(body).toMatchObject({
    code: 'usage_not_allowed',
    detail: expect.stringMatching(/client auth.*; .*7201/),
  })
})

it('the detail of many faults is cut', async ({ expect }) => {
  const usages = Array.from({ length: 64 }, (_, index) => `usage-${String(index)}`.padEnd(64, '-'))
  const { body } = await send(post(aSignRequest({ usages })))
  expect(body).toMatchObject({ detail: expect.stringMatching(/^.{1024}$/) })
})

it('keeps the evidence: anyone with the client’s public key can check what it asked for', async ({
  expect,
}) => {
  const request = aSignRequest()
  const sent = post(request)
  await send(sent)
  const [row = {}] = await queryLedger(
    'cluster-1',
    'SELECT key_id, signature_base, signature, origin, names, profile FROM issuance WHERE uid = ?',
    request.origin.uid,
  )
  const { signature, ...texts } = row
  const {
    signature_base: base,
    origin,
    names,
    ...plain
  } = z.record(z.string(), z.string()).parse(texts)
  const { keyId, privateKey } = keyOf('cluster-1')
  expect(plain).toEqual({ key_id: keyId, profile: 'default' })
  expect(JSON.parse(origin ?? '')).toEqual(request.origin)
  expect(JSON.parse(names ?? '')).toEqual({
    subject: 'CN=a.example',
    subjectAltNames: ['DNS:a.example'],
    commonNames: ['a.example'],
  })
  expect(base).toContain(`"content-digest": ${sent.headers.get('content-digest') ?? ''}`)
  const octets = signature instanceof ArrayBuffer ? Buffer.from(signature) : Buffer.of()
  expect(verify(null, Buffer.from(base ?? ''), createPublicKey(privateKey), octets)).toBe(true)
})
