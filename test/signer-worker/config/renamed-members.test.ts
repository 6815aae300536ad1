import { it } from 'vitest'
import { formatConfigError, loadConfig } from '../../../signer-worker/src/config/exports.ts'
import { aCa, aConfig, anIssuer, faultsOf, readSecret } from '../support/config.ts'

it.for([
  [
    'keys of an issuer',
    aConfig({ issuers: { default: { keys: [aCa()], profiles: ['default'] } } }),
    '/issuers/default/keys: renamed to "authorities"',
  ],
  [
    'overMaximum of a profile',
    aConfig({ profiles: { default: { overMaximum: 'reject' } } }),
    '/profiles/default/overMaximum: renamed to "onExceed"',
  ],
  [
    'inSans of a profile',
    aConfig({ profiles: { default: { commonName: 'inSans' } } }),
    '/profiles/default/commonName: the value "inSans" was renamed to "requireInSANs"',
  ],
] as const)('%s is reported with its new name, alone', ([, config, expected], { expect }) => {
  expect(faultsOf(config).map(formatConfigError)).toEqual([expected])
})

it('an entry with an old name is out of service, and no other', ({ expect }) => {
  const config = aConfig({
    issuers: { default: anIssuer(), old: { keys: [aCa()], profiles: ['default'] } },
  })
  const loaded = loadConfig(JSON.stringify(config), readSecret)
  expect(loaded).toMatchObject({
    ok: true,
    value: { brokenIssuers: new Set(['old']), issuers: new Map([['default', expect.anything()]]) },
  })
})

it.for([[null], [[]], [{ issuers: 'keys' }], [{ issuers: { a: null }, profiles: [1] }]])(
  'a document of another shape has no old names: %j',
  ([config], { expect }) => {
    expect(faultsOf(config).filter(({ message }) => message.includes('renamed'))).toEqual([])
  },
)
