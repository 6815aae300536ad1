import {
  aKey,
  authorityExtensions,
  extKeyUsage,
  type KeyType,
  makeAuthority,
  octets,
} from '@edge-issuer/testbed/pki/x509'
/** Requests that name no usages, where the profile or the client lists usages: less must not give more. */
import { describe, it } from 'vitest'
import { EXTENDED_KEY_USAGE_OIDS } from '../../../../shared/src/index.ts'
import { allowing, type Case, outcomeOf } from '../support/evaluate-request.ts'
import { ask, outcome } from './usage-request.ts'

const listing = (...usages: readonly string[]): Case => ({ profile: { usages } })
const allowed = (...usages: readonly string[]): Case => ({ client: allowing({ usages }) })
const limitedTo = (...usages: readonly (keyof typeof EXTENDED_KEY_USAGE_OIDS)[]): Case => ({
  ca: makeAuthority({
    extensions: [
      ...Object.values(authorityExtensions(octets(1))),
      extKeyUsage(...usages.map((usage) => EXTENDED_KEY_USAGE_OIDS[usage])),
    ],
  }),
})

const DEFAULT = ['digital signature', 'key encipherment']
const BOTH = ['digital signature', 'server auth', 'client auth']
const missing = (advice: string): string =>
  `usage_not_allowed: the request names no extended usage, and without one a certificate would be good for every purpose; ${advice}`
const NONE_ALLOWED = missing("none is allowed, so ask the CA's operator")

describe('a request without extended usages', () => {
  it.for<[string, readonly string[], Case, string]>([
    ['is issued as it is, where nothing is listed', DEFAULT, {}, 'digital signature'],
    [
      'is issued as it is, where only the CA is limited',
      DEFAULT,
      limitedTo('server auth'),
      'digital signature',
    ],
    [
      'gets those of the profile',
      DEFAULT,
      listing(...DEFAULT, 'client auth', 'server auth'),
      'digital signature, server auth, client auth',
    ],
    [
      'gets those of the client',
      DEFAULT,
      allowed(...DEFAULT, 'client auth'),
      'digital signature, client auth',
    ],
    [
      'gets those of both',
      DEFAULT,
      {
        ...listing(...DEFAULT, 'client auth', 'server auth'),
        ...allowed(...DEFAULT, 'client auth', 's/mime'),
      },
      'digital signature, client auth',
    ],
    [
      'gets those of the client that its CAs may issue',
      DEFAULT,
      {
        ...allowed(...DEFAULT, 'client auth', 'server auth'),
        ...limitedTo('server auth', 'ocsp signing'),
      },
      'digital signature, server auth',
    ],
    [
      'gets one that is listed by both of its names once',
      DEFAULT,
      listing(...DEFAULT, 's/mime', 'email protection'),
      'digital signature, email protection',
    ],
    [
      'never gets those that must be named',
      DEFAULT,
      listing(...DEFAULT, 'any', 'code signing', 'timestamping', 'ocsp signing', 'client auth'),
      'digital signature, client auth',
    ],
    ['is refused where none is listed', DEFAULT, listing(...DEFAULT), NONE_ALLOWED],
    ['is refused where the client lists none', DEFAULT, allowed(...DEFAULT), NONE_ALLOWED],
    [
      'is refused where only such are listed that must be named',
      DEFAULT,
      listing(...DEFAULT, 'any', 'code signing'),
      NONE_ALLOWED,
    ],
    [
      'is refused where profile and client have none in common',
      DEFAULT,
      { ...listing(...DEFAULT, 'server auth'), ...allowed(...DEFAULT, 'client auth') },
      NONE_ALLOWED,
    ],
    [
      'is refused where its CAs may issue none of them',
      DEFAULT,
      { ...listing(...DEFAULT, 'server auth'), ...limitedTo('client auth') },
      NONE_ALLOWED,
    ],
    [
      'is refused where the profile says so',
      DEFAULT,
      {
        profile: { usages: [...DEFAULT, 'server auth', 'client auth'], onMissingUsages: 'reject' },
      },
      missing('name one of those allowed: "server auth", "client auth"'),
    ],
    [
      'is refused where the profile says so, and the client has the list',
      DEFAULT,
      { profile: { onMissingUsages: 'reject' }, ...allowed(...DEFAULT, 'server auth') },
      missing('name one of those allowed: "server auth"'),
    ],
    [
      'is not refused where nothing is listed, whatever the profile says',
      DEFAULT,
      { profile: { onMissingUsages: 'reject' } },
      'digital signature',
    ],
  ])('%s', ([, usages, rules, expected], { expect }) => {
    expect(outcome(usages, rules)).toBe(expected)
  })

  it('is refused for a CA certificate in the same way', ({ expect }) => {
    const ca: Case = {
      profile: { isCA: true, requireNameConstraints: false },
      request: { isCA: true },
    }
    expect(outcome(['cert sign'], ca)).toBe('cert sign')
    expect(outcome(['cert sign'], { ...ca, ...allowed('cert sign', 'server auth') })).toBe(
      'cert sign, server auth',
    )
    expect(outcome(['cert sign'], { ...ca, ...allowed('cert sign') })).toBe(NONE_ALLOWED)
  })

  it('keeps what it names', ({ expect }) => {
    expect(outcome(['digital signature', 'client auth'], listing(...BOTH))).toBe(
      'digital signature, client auth',
    )
  })
})

describe('a request without a key usage that its key can have', () => {
  it.for<[string, KeyType, readonly string[], Case, string]>([
    ['is issued without, where nothing is listed', 'P-256', ['server auth'], {}, 'server auth'],
    [
      'is issued without, though it names one',
      'P-256',
      ['key encipherment', 'server auth'],
      {},
      'server auth',
    ],
    [
      'gets what is listed',
      'RSA-2048',
      ['server auth'],
      listing(...DEFAULT, 'server auth'),
      'digital signature, key encipherment, server auth',
    ],
    [
      'gets what is listed and its key can have',
      'P-256',
      ['server auth'],
      listing(...DEFAULT, 'server auth'),
      'digital signature, server auth',
    ],
    [
      'gets what its extended usages need',
      'RSA-2048',
      ['client auth'],
      listing(...DEFAULT, 'content commitment', 'data encipherment', 'client auth'),
      'digital signature, client auth',
    ],
    [
      'gets what extended usages that are filled in need',
      'Ed25519',
      ['key encipherment'],
      listing(...DEFAULT, 'content commitment', 'email protection'),
      'digital signature, content commitment, email protection',
    ],
    [
      'gets no usage that means nothing alone',
      'P-256',
      ['ipsec user'],
      listing('key agreement', 'encipher only', 'decipher only', 'ipsec user'),
      'key agreement, ipsec user',
    ],
    [
      'gets no usage of a CA',
      'P-256',
      ['ipsec user'],
      listing('content commitment', 'cert sign', 'crl sign', 'ipsec user'),
      'content commitment, ipsec user',
    ],
    [
      'gets to sign where nothing else is listed',
      'P-256',
      ['server auth'],
      allowed('server auth'),
      'digital signature, server auth',
    ],
    [
      'gets to sign where its key can do nothing of the list',
      'Ed25519',
      ['server auth'],
      listing('key encipherment', 'server auth'),
      'digital signature, server auth',
    ],
  ])('%s', ([, type, usages, rules, expected], { expect }) => {
    expect(outcome(usages, { csr: { key: aKey(type) }, ...rules })).toBe(expected)
  })
})

const warnings = (usages: readonly string[], rules: Case): readonly string[] => {
  const evaluated = outcomeOf(ask(usages, rules))
  if (!('subject' in evaluated)) throw new Error(evaluated.join('\n'))
  return evaluated.warnings
}

describe('what is filled in', () => {
  const PURPOSES =
    'the request names no extended usage, so the certificate is limited to those that the profile and this client allow: "server auth", "client auth"'
  const KEY =
    'the request names no key usage that its key can have, so the certificate is limited to "digital signature"'

  it.for<[readonly string[], readonly string[]]>([
    [['digital signature'], [PURPOSES]],
    [['client auth'], [KEY]],
    [[], [PURPOSES, KEY]],
    [BOTH, []],
  ])('for %j is said: %j', ([usages, expected], { expect }) => {
    expect(warnings(usages, listing(...BOTH))).toEqual(expected)
    expect(warnings(usages, {})).toEqual([])
  })
})
