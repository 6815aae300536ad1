import { env } from 'cloudflare:workers'
import { it } from 'vitest'
import { loadSettings, readRestoredAt } from '../../../signer-worker/src/config/settings.ts'
import { fixture } from '../support/fixture.ts'

const bindings = (changes: Readonly<Record<string, unknown>> = {}): Env => ({ ...env, ...changes })

it('settings are read once for as long as the bindings say the same', ({ expect }) => {
  const first = loadSettings(bindings())
  expect(first.ok).toBe(true)
  expect(loadSettings(bindings())).toBe(first)
})

it('another configuration is other settings', ({ expect }) => {
  const first = loadSettings(bindings())
  const other = loadSettings(bindings({ SIGNER_CONFIG: `${fixture.SIGNER_CONFIG} ` }))
  expect(other.ok).toBe(true)
  expect(other).not.toBe(first)
})

it('another key is other settings: a rotated secret is not missed', ({ expect }) => {
  expect(loadSettings(bindings()).ok).toBe(true)
  expect(loadSettings(bindings({ CA_KEY_NEXT: fixture.CA_KEY_EXPIRED }))).toMatchObject({
    ok: true,
    value: {
      brokenIssuers: new Set(['rotating']),
      errors: [{ path: '/issuers/rotating/authorities/2/keySecret' }],
    },
  })
  expect(loadSettings(bindings()).ok).toBe(true)
})

it('a secret that is no text is missing', ({ expect }) => {
  expect(loadSettings(bindings({ CA_KEY_NEXT: 1 }))).toMatchObject({
    ok: true,
    value: {
      errors: [
        {
          path: '/issuers/rotating/authorities/2/keySecret',
          message: expect.stringContaining('no secret'),
        },
      ],
    },
  })
})

it('without the binding the bundled file counts, which is not configured', ({ expect }) => {
  expect(loadSettings(bindings({ SIGNER_CONFIG: undefined }))).toMatchObject({
    ok: false,
    error: [{ path: '/issuers' }, { path: '/profiles' }],
  })
})

it.for(['', '2026-11-30', '2026-11-30T08:00:00', 'yesterday', '2026-13-30T08:00:00Z'])(
  'a time of a restore that cannot be read leaves no settings: %j',
  (text, { expect }) => {
    expect(loadSettings(bindings({ RESTORED_AT: text }))).toMatchObject({
      ok: false,
      error: [
        { path: '', message: expect.stringContaining(`RESTORED_AT is ${JSON.stringify(text)};`) },
      ],
    })
    expect(loadSettings(bindings()).ok).toBe(true)
  },
)

it.for(['2026-11-30T08:00:00Z', '2026-11-30T08:00:00.123Z', '2026-11-30T09:00:00+01:00'])(
  'a time of a restore is read: %s',
  (text, { expect }) => {
    const restored = bindings({ RESTORED_AT: text })
    expect(loadSettings(restored).ok).toBe(true)
    expect(readRestoredAt(restored)).toEqual({ ok: true, value: Date.parse(text) })
    expect(readRestoredAt(bindings())).toEqual({ ok: true, value: undefined })
  },
)
