import { USAGES } from '@edge-issuer/shared'
import { aKey, type KeyType, oid, seq } from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { KEY_USAGE_BITS, EXTENDED_KEY_USAGE_OIDS } from '../../../../shared/src/index.ts'
import type { CertificatePlan } from '../../../../signer-worker/src/model/certificate-plan.ts'
import { type Case, extensionOf, outcomeOf, plan } from '../support/evaluate-request.ts'

const SERVER_AUTH = EXTENDED_KEY_USAGE_OIDS['server auth']
const CLIENT_AUTH = EXTENDED_KEY_USAGE_OIDS['client auth']

const ask = (usages: readonly string[], rules: Case = {}): Case => ({
  ...rules,
  request: { usages: [...usages], ...rules.request },
})

const outcome = (usages: readonly string[], rules: Case = {}): string => {
  const evaluated = outcomeOf(ask(usages, rules))
  return 'subject' in evaluated ? 'ok' : evaluated.join('\n')
}

/** Numbers of the bits in the certificate; none without the extension. */
const bits = (usages: readonly string[], type: KeyType): readonly number[] =>
  bitsOf(plan(ask(usages, { csr: { key: aKey(type) } })))

const bitsOf = (made: CertificatePlan): readonly number[] => {
  const value = extensionOf(made, '2.5.29.15')?.value
  const contents = Buffer.from(value ?? '', 'hex').subarray(3)
  return Array.from({ length: contents.length * 8 }, (_, bit) => bit).filter(
    (bit) => ((contents[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0,
  )
}

describe('keyUsage', () => {
  it.for<[KeyType, readonly string[], readonly number[]]>([
    ['RSA-2048', ['digital signature', 'key encipherment'], [0, 2]],
    ['RSA-2048', ['signing', 'content commitment', 'data encipherment'], [0, 1, 3]],
    ['RSA-2048', ['digital signature', 'key agreement', 'encipher only', 'decipher only'], [0]],
    ['P-256', ['digital signature', 'key encipherment'], [0]],
    ['P-384', ['key agreement', 'encipher only'], [4, 7]],
    ['P-521', ['key agreement', 'decipher only'], [4, 8]],
    ['P-256', ['digital signature', 'decipher only'], [0]],
    ['P-256', ['content commitment', 'data encipherment'], [1]],
    ['Ed25519', ['digital signature', 'key encipherment', 'key agreement'], [0]],
    ['Ed25519', ['content commitment'], [1]],
    ['P-256', ['signing', 'digital signature'], [0]],
    ['P-256', ['server auth'], []],
    ['P-256', [], []],
  ])('of %s for %j is %j', ([type, usages, expected], { expect }) => {
    expect(bits(usages, type)).toEqual(expected)
  })

  it.for<[KeyType, readonly string[], readonly number[]]>([
    ['RSA-2048', ['digital signature', 'key encipherment', 'cert sign'], [0, 5]],
    ['RSA-2048', ['data encipherment', 'cert sign', 'crl sign'], [5, 6]],
    ['P-256', ['digital signature', 'key encipherment', 'cert sign'], [0, 5]],
    ['P-256', ['key agreement', 'cert sign'], [4, 5]],
  ])('of a CA with %s for %j is %j', ([type, usages, expected], { expect }) => {
    const rules = {
      csr: { key: aKey(type) },
      profile: { isCA: true, requireNameConstraints: false },
      request: { isCA: true },
    }
    expect(bitsOf(plan(ask(usages, rules)))).toEqual(expected)
  })

  it('is critical', ({ expect }) => {
    expect(extensionOf(plan(), '2.5.29.15')).toEqual({ critical: true, value: '03020780' })
  })

  it.for<[KeyType, readonly string[], readonly string[]]>([
    [
      'P-256',
      ['key encipherment'],
      ['the usage "key encipherment" is not certified: a key of kind P-256 cannot be used for it'],
    ],
    [
      'Ed25519',
      ['key agreement', 'encipher only'],
      [
        'the usage "key agreement" is not certified: a key of kind Ed25519 cannot be used for it',
        'the usage "encipher only" is not certified: a key of kind Ed25519 cannot be used for it',
      ],
    ],
    [
      'RSA-2048',
      ['key agreement'],
      ['the usage "key agreement" is not certified: a key of kind RSA 2048 cannot be used for it'],
    ],
    [
      'P-256',
      ['encipher only', 'decipher only'],
      [
        'the usage "encipher only" is not certified: it means nothing without "key agreement"',
        'the usage "decipher only" is not certified: it means nothing without "key agreement"',
      ],
    ],
  ])('of %s for %j is left out, and that is said', ([type, usages, ignored], { expect }) => {
    const found = plan(ask(usages, { csr: { key: aKey(type) } }))
    expect(extensionOf(found, '2.5.29.15')).toBeUndefined()
    expect(found.ignored).toEqual(ignored)
  })
})

describe('extKeyUsage', () => {
  it.for([
    ['in the order asked for', ['server auth', 'client auth'], [SERVER_AUTH, CLIENT_AUTH]],
    ['in the other order', ['client auth', 'server auth'], [CLIENT_AUTH, SERVER_AUTH]],
    [
      'each once',
      ['s/mime', 'server auth', 'email protection'],
      ['1.3.6.1.5.5.7.3.4', SERVER_AUTH],
    ],
  ] as const)('%s', ([, usages, oids], { expect }) => {
    expect(extensionOf(plan(ask(usages)), '2.5.29.37')).toEqual({
      critical: false,
      value: Buffer.from(seq(...oids.map(oid))).toString('hex'),
    })
  })

  it('is never from nowhere', ({ expect }) => {
    expect(extensionOf(plan(ask(['digital signature'])), '2.5.29.37')).toBeUndefined()
  })

  it.for(Object.entries(EXTENDED_KEY_USAGE_OIDS))('"%s" is %s', ([usage, id], { expect }) => {
    const found = plan(ask([usage], { profile: { usages: USAGES } }))
    expect(extensionOf(found, '2.5.29.37')?.value).toBe(Buffer.from(seq(oid(id))).toString('hex'))
  })
})

describe('a usage', () => {
  it.for([
    [
      'unknown',
      ['digital signature', 'sing'],
      {},
      'usage_unknown: unknown usage "sing"; use one of cert-manager\'s KeyUsage list',
    ],
    [
      'of another spelling',
      ['Digital Signature'],
      {},
      'usage_unknown: unknown usage "Digital Signature"; use one of cert-manager\'s KeyUsage list',
    ],
    [
      'of Object.prototype',
      ['constructor'],
      {},
      'usage_unknown: unknown usage "constructor"; use one of cert-manager\'s KeyUsage list',
    ],
    [
      'that the profile leaves out',
      ['any'],
      { profile: { usages: ['server auth'] } },
      'usage_not_allowed: the usage "any" is not among the profile\'s usages: "server auth"; change the request, or ask the CA\'s operator',
    ],
    ['that the profile lists', ['server auth'], { profile: { usages: ['server auth'] } }, 'ok'],
    [
      'that the profile lists by its other name',
      ['signing', 's/mime'],
      { profile: { usages: ['digital signature', 'email protection'] } },
      'ok',
    ],
    [
      'of a CA, for others',
      ['cert sign'],
      {},
      'usage_not_allowed: the usage "cert sign" is for CA certificates, and isCA is false; change one of them',
    ],
    [
      'of a CA, for others',
      ['digital signature', 'crl sign'],
      {},
      'usage_not_allowed: the usage "crl sign" is for CA certificates, and isCA is false; change one of them',
    ],
    [
      'of a CA that signs no certificates',
      ['digital signature'],
      {
        profile: { isCA: true, requireNameConstraints: false, requireCertSign: false },
        request: { isCA: true },
      },
      'ok',
    ],
    [
      'of a CA',
      ['cert sign', 'crl sign', 'digital signature'],
      { profile: { isCA: true, requireNameConstraints: false }, request: { isCA: true } },
      'ok',
    ],
  ] as [string, string[], Case, string][])('%s: %j', ([, usages, rules, expected], { expect }) => {
    expect(outcome(usages, rules)).toBe(expected)
  })

  it.for(Object.keys(KEY_USAGE_BITS).filter((usage) => !usage.endsWith('sign')))(
    '"%s" is known',
    (usage, { expect }) => {
      expect(outcome(['digital signature', 'key agreement', usage])).toBe('ok')
    },
  )
})
