import { X509Certificate } from 'node:crypto'
import { type HealthAnswer, healthAnswerSchema, PROTOCOL_VERSION } from '@edge-issuer/shared'
import { it } from 'vitest'
import * as z from 'zod'
import { send } from '../../support/app.ts'
import { adminKeyOf, chainOf, keyOf } from '../../support/fixture.ts'
import { get } from '../../support/signed.ts'

const NOW_MS = Date.parse('2026-11-24T12:00:00Z')

const healthOf = (body: unknown): HealthAnswer =>
  z.strictObject(healthAnswerSchema.shape).parse(body)

const sha256Of = (pem: string): string =>
  new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase()

/** The report on one CA. */
const facts = (subject: string, chain: string): object => ({
  subject,
  serialNumber: new X509Certificate(chain).serialNumber.toLowerCase(),
  notAfter: '2049-12-31T23:59:59Z',
  sha256: sha256Of(chain),
})

it('tells which CA, until when, and what is open to the client', async ({ expect }) => {
  const { status, body, log } = await send(get({ nowMs: NOW_MS }), { nowMs: () => NOW_MS })
  expect(status).toBe(200)
  const [chain = ''] = chainOf('default')
  const ca = facts('CN=Test Issuing CA', chain)
  expect(healthOf(body)).toEqual({
    issuer: 'default',
    ca,
    chain,
    authorities: [{ state: 'active', ...ca }],
    bundle: chain.slice(chain.lastIndexOf('-----BEGIN')),
    profiles: ['default', 'strict', 'authority'],
    serverTime: '2026-11-24T12:00:00Z',
    protocolVersion: PROTOCOL_VERSION,
  })
  expect(log).toEqual([
    expect.objectContaining({ outcome: 'healthy', client: 'cluster-1', issuer: 'default' }),
  ])
})

it('tells every CA of an issuer that is rotated, and each root once', async ({ expect }) => {
  const { body } = await send(get({ issuer: 'rotating' }))
  const { ca, chain, authorities, bundle } = healthOf(body)
  const [old = '', rotated = '', next = ''] = chainOf('rotating')
  const active = facts('CN=Rotated CA', rotated)
  expect({ ca, chain }).toEqual({ ca: active, chain: rotated })
  expect(authorities).toEqual([
    { state: 'retiring', ...facts('CN=Test Issuing CA', old) },
    { state: 'active', ...active },
    { state: 'next', ...facts('CN=Next CA', next) },
  ])
  const roots = bundle.split(/(?<=-----END CERTIFICATE-----\n)/)
  expect(roots.map((pem) => new X509Certificate(pem).subject)).toEqual([
    'CN=Other Root',
    'CN=Test Root',
  ])
})

it('an expired CA is not healthy, and the refusal names it and its end', async ({ expect }) => {
  const { body } = await send(get({ issuer: 'expired' }))
  expect(body).toMatchObject({
    code: 'issuer_expiring',
    detail: expect.stringMatching(/CN=Expired CA.*2021-01-01T00:00:00Z/),
  })
})

it.for([
  ['exists for other clients only', 'expired', 'cluster-2'],
  ['does not exist', 'nowhere', 'cluster-2'],
  ['is a property of every object', 'constructor', 'cluster-1'],
] as const)('an issuer that %s is unknown', async ([, issuer, client], { expect }) => {
  const { body } = await send(get({ issuer, key: keyOf(client) }))
  expect(body).toMatchObject({
    code: 'issuer_unknown',
    detail: `no issuer "${issuer}" is open to client "${client}"; the worker's operator can open it`,
  })
})

it('an admin of any role sees each issuer, with all of its profiles', async ({ expect }) => {
  const { status, body, log } = await send(get({ key: adminKeyOf('read') }))
  expect(status).toBe(200)
  const { issuer, profiles } = healthOf(body)
  expect({ issuer, profiles }).toEqual({
    issuer: 'default',
    profiles: ['default', 'strict', 'authority'],
  })
  expect(log).toEqual([
    expect.objectContaining({ outcome: 'healthy', admin: 'read', issuer: 'default' }),
  ])
})

it('an admin learns that the configuration has no such issuer', async ({ expect }) => {
  const { body } = await send(get({ issuer: 'nowhere', key: adminKeyOf('admin') }))
  expect(body).toMatchObject({
    code: 'issuer_unknown',
    detail: 'the worker\'s configuration has no issuer "nowhere"',
  })
})

it("another signature under an admin's key id is refused", async ({ expect }) => {
  const { keyId } = adminKeyOf('admin')
  const { body, log } = await send(get({ parameters: { keyId } }))
  expect(body).toMatchObject({ code: 'credentials_rejected' })
  expect(log).toEqual([expect.objectContaining({ reason: 'signature_invalid', keyId })])
})
