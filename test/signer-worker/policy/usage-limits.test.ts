import { describe, it } from 'vitest'
import { EXTENDED_KEY_USAGE_OIDS } from '../../../shared/src/index.ts'
import {
  authorityExtensions,
  extKeyUsage,
  keyUsage,
  makeAuthority,
  octets,
} from '../../support/x509.ts'
import { type Case, judge } from './judge.ts'

const SERVER_AUTH = EXTENDED_KEY_USAGE_OIDS['server auth']
const CLIENT_AUTH = EXTENDED_KEY_USAGE_OIDS['client auth']
const ANY = EXTENDED_KEY_USAGE_OIDS.any

const outcome = (usages: readonly string[], rules: Case): string => {
  const judged = judge({ ...rules, request: { usages: [...usages] } })
  return 'subject' in judged ? 'ok' : judged.join('\n')
}

describe('what the certification request says itself', () => {
  it.for([
    [
      'the same keyUsage, before it is masked',
      ['digital signature', 'key encipherment'],
      [keyUsage(0, 2)],
      'ok',
    ],
    [
      'the keyUsage after it is masked',
      ['digital signature', 'key encipherment'],
      [keyUsage(0)],
      'usage_mismatch: the certification request has the keyUsage "digital signature", and the request names "digital signature", "key encipherment"; make them the same',
    ],
    [
      'more keyUsage',
      ['digital signature'],
      [keyUsage(0, 1)],
      'usage_mismatch: the certification request has the keyUsage "digital signature", "content commitment", and the request names "digital signature"; make them the same',
    ],
    [
      'keyUsage where none is named',
      ['server auth'],
      [keyUsage(0)],
      'usage_mismatch: the certification request has the keyUsage "digital signature", and the request names none; make them the same',
    ],
    ['nothing', ['digital signature', 'server auth'], [], 'ok'],
    [
      'the same extKeyUsage',
      ['server auth', 'client auth'],
      [extKeyUsage(SERVER_AUTH, CLIENT_AUTH)],
      'ok',
    ],
    [
      'the same extKeyUsage twice',
      ['s/mime', 'email protection'],
      [extKeyUsage('1.3.6.1.5.5.7.3.4', '1.3.6.1.5.5.7.3.4')],
      'ok',
    ],
    [
      'extKeyUsage in another order',
      ['server auth', 'client auth'],
      [extKeyUsage(CLIENT_AUTH, SERVER_AUTH)],
      'usage_mismatch: the certification request has the extKeyUsage "client auth", "server auth", and the request names "server auth", "client auth"; make them the same',
    ],
    [
      'an unknown extKeyUsage',
      ['server auth'],
      [extKeyUsage('1.2.3')],
      'usage_mismatch: the certification request has the extKeyUsage "1.2.3", and the request names "server auth"; make them the same',
    ],
  ] as const)('%s', ([, usages, extensions, expected], { expect }) => {
    const csr = extensions.length === 0 ? {} : { extensions }
    expect(outcome(usages, { csr })).toBe(expected)
  })
})

const limitedTo = (...oids: readonly string[]): Case => ({
  ca: makeAuthority({
    extensions: [...Object.values(authorityExtensions(octets(1))), extKeyUsage(...oids)],
  }),
})

describe('an issuing CA with extKeyUsage', () => {
  it.for([
    ['one of its usages', ['server auth'], limitedTo(SERVER_AUTH, CLIENT_AUTH), 'ok'],
    ['none', ['digital signature'], limitedTo(SERVER_AUTH), 'ok'],
    [
      'another',
      ['server auth', 'client auth'],
      limitedTo(SERVER_AUTH),
      'usage_not_allowed: the usage "client auth" is none that the issuing CA\'s certificate is limited to: "server auth"; change the request, or use another issuer',
    ],
    ['another, when it may do any', ['client auth'], limitedTo(SERVER_AUTH, ANY), 'ok'],
  ] as [string, string[], Case, string][])(
    'asked for %s',
    ([, usages, rules, expected], { expect }) => {
      expect(outcome(usages, rules)).toBe(expected)
    },
  )
})
