import { issuerPath } from '@edge-issuer/shared'
import { makeKey } from '@edge-issuer/testbed/pki/x509'
import { it } from 'vitest'
import { DATED } from '../../../support/worker-fixture.ts'
import { codeOf, send } from '../../support/app.ts'
import { keyOf, signingKey } from '../../support/fixture.ts'
import { get } from '../../support/signed.ts'

const NOW_MS = Date.parse('2026-11-24T12:00:00Z')
it.for<[string, { offsetSeconds: number; lifetimeSeconds?: number }, unknown]>([
  ['60 seconds old is accepted', { offsetSeconds: -60 }, undefined],
  ['61 seconds old is refused', { offsetSeconds: -61, lifetimeSeconds: 60 }, 'clock_skew'],
  ['60 seconds in the future is accepted', { offsetSeconds: 60 }, undefined],
  ['61 seconds in the future is refused', { offsetSeconds: 61 }, 'clock_skew'],
  ['made for 61 seconds is refused', { offsetSeconds: 0, lifetimeSeconds: 61 }, 'clock_skew'],
  ['at its last second is accepted', { offsetSeconds: -10, lifetimeSeconds: 10 }, undefined],
  ['a second past its end is refused', { offsetSeconds: -10, lifetimeSeconds: 9 }, 'clock_skew'],
])('a signature %s', async ([, { offsetSeconds, lifetimeSeconds = 60 }, code], { expect }) => {
  const createdSeconds = NOW_MS / 1000 + offsetSeconds
  const parameters = { createdSeconds, expiresSeconds: createdSeconds + lifetimeSeconds }
  const exchange = await send(get({ parameters }), { nowMs: () => NOW_MS })
  expect(codeOf(exchange)).toBe(code)
})

it('a wrong clock gets the right time, but only the holder of a key', async ({ expect }) => {
  const late = { nowMs: NOW_MS + 120_000 }
  const known = await send(get(late), { nowMs: () => NOW_MS })
  expect(known.body).toMatchObject({
    code: 'clock_skew',
    serverTime: '2026-11-24T12:00:00Z',
    detail: expect.stringContaining('2026-11-24T12:00:00Z'),
  })
  const stranger = await send(get({ ...late, key: signingKey(makeKey('Ed25519').privateKey) }), {
    nowMs: () => NOW_MS,
  })
  expect(stranger.body).toMatchObject({ code: 'credentials_rejected' })
  expect(stranger.body).not.toHaveProperty('serverTime')
})

it.for<[string, string, unknown]>([
  ['at its first moment is accepted', DATED.notBefore, undefined],
  ['a millisecond earlier is rejected', '2026-02-28T23:59:59.999Z', 'credentials_rejected'],
  ['at its last moment is accepted', DATED.notAfter, undefined],
  ['a millisecond later is rejected', '2026-04-01T00:00:00.001Z', 'credentials_rejected'],
])('a key with a beginning and an end %s', async ([, time, code], { expect }) => {
  const nowMs = Date.parse(time)
  const exchange = await send(get({ key: keyOf('dated'), nowMs }), { nowMs: () => nowMs })
  expect(codeOf(exchange)).toBe(code)
})

it('scheme and host of the socket do not matter: the public URL is what is signed', async ({
  expect,
}) => {
  const sent = get()
  const { status } = await send(
    new Request(`http://127.0.0.1:8787/signer${issuerPath('default')}`, sent),
  )
  expect(status).toBe(200)
})
