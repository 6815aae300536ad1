import { env } from 'cloudflare:workers'
import { it } from 'vitest'
import { loadSettings } from '../../../signer-worker/src/config/settings.ts'
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
