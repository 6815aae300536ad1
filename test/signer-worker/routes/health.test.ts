import { healthAnswerSchema } from '@edge-issuer/shared'
import { it } from 'vitest'
import * as z from 'zod'
import { send } from '../support/app.ts'
import { fixture, keyOf } from '../support/fixture.ts'
import { get } from '../support/signed.ts'

const configSchema = z.object({
  issuers: z.object({ default: z.object({ chain: z.string() }) }),
})
const NOW_MS = Date.parse('2026-11-24T12:00:00Z')

it('tells which CA, until when, and what is open to the client', async ({ expect }) => {
  const { status, body, log } = await send(get({ nowMs: NOW_MS }), { nowMs: () => NOW_MS })
  expect(status).toBe(200)
  const { chain } = configSchema.parse(JSON.parse(fixture.SIGNER_CONFIG)).issuers.default
  expect(z.strictObject(healthAnswerSchema.shape).parse(body)).toEqual({
    issuer: 'default',
    ca: {
      subject: 'CN=Test Issuing CA',
      serialNumber: expect.stringMatching(/^[0-9a-f]{32}$/),
      notAfter: '2049-12-31T23:59:59Z',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
    chain,
    authorities: [
      {
        state: 'active',
        subject: 'CN=Test Issuing CA',
        serialNumber: expect.any(String),
        notAfter: '2049-12-31T23:59:59Z',
        sha256: expect.any(String),
      },
    ],
    bundle: expect.any(String),
    profiles: ['default', 'strict', 'authority'],
    serverTime: '2026-11-24T12:00:00Z',
    protocolVersion: '1.0',
  })
  expect(log).toEqual([
    expect.objectContaining({ outcome: 'healthy', client: 'cluster-1', issuer: 'default' }),
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
