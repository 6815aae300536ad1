import { USAGES } from '@edge-issuer/shared'
import {
  aKey,
  authorityExtensions,
  extKeyUsage,
  keyUsage,
  makeAuthority,
  octets,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { EXTENDED_KEY_USAGE_OIDS } from '../../../../shared/src/index.ts'
import { type Case, outcomeOf } from '../support/evaluate-request.ts'

const SERVER_AUTH = EXTENDED_KEY_USAGE_OIDS['server auth']
const CLIENT_AUTH = EXTENDED_KEY_USAGE_OIDS['client auth']
const ANY = EXTENDED_KEY_USAGE_OIDS.any

const outcome = (usages: readonly string[], rules: Case): string => {
  const evaluated = outcomeOf({ ...rules, request: { usages: [...usages] } })
  return 'subject' in evaluated ? 'ok' : evaluated.join('\n')
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
      'usage_not_allowed: the usage "client auth" is not among those that the issuing CA\'s certificate is limited to: "server auth"; change the request, or use another issuer',
    ],
    ['another, when it may do any', ['client auth'], limitedTo(SERVER_AUTH, ANY), 'ok'],
  ] as [string, string[], Case, string][])(
    'asked for %s',
    ([, usages, rules, expected], { expect }) => {
      expect(outcome(usages, rules)).toBe(expected)
    },
  )
})

const refused = (purposes: string, bits: string): string =>
  `usage_not_allowed: no extended usage of ${purposes} is possible with ${bits} alone (RFC 5280 section 4.2.1.12); change the usages`

describe('keyUsage and extKeyUsage with no purpose in common', () => {
  const rsa: Case = { csr: { key: aKey('RSA-2048') } }
  // Without a list, the profile leaves out what it must name.
  const every: Case = { profile: { usages: USAGES } }
  it.for<[readonly string[], Case, string]>([
    [['key encipherment', 'server auth'], rsa, 'ok'],
    [['key agreement', 'server auth'], {}, 'ok'],
    [['content commitment', 'server auth'], {}, refused('"server auth"', '"content commitment"')],
    [['key encipherment', 'client auth'], rsa, refused('"client auth"', '"key encipherment"')],
    // What the key cannot do does not help.
    [
      ['content commitment', 'key encipherment', 'server auth', 'client auth'],
      {},
      refused('"server auth", "client auth"', '"content commitment"'),
    ],
    [['key agreement', 'code signing'], every, refused('"code signing"', '"key agreement"')],
    [['key agreement', 'timestamping'], every, refused('"timestamping"', '"key agreement"')],
    [['key agreement', 'ocsp signing'], every, refused('"ocsp signing"', '"key agreement"')],
    [['data encipherment', 's/mime'], rsa, refused('"email protection"', '"data encipherment"')],
    [['content commitment', 's/mime', 'ocsp signing'], every, 'ok'],
    [['content commitment', 'timestamping'], every, 'ok'],
    [['key encipherment', 'client auth', 'server auth'], rsa, 'ok'],
    [['key agreement', 'code signing', 'any'], every, 'ok'],
    [['key agreement', 'ipsec tunnel'], {}, 'ok'],
    [['client auth'], {}, 'ok'],
  ])('%j', ([usages, rules, expected], { expect }) => {
    expect(outcome(usages, rules)).toBe(expected)
  })
})
