import {
  attribute,
  bmp,
  generalName,
  name,
  numeric,
  printable,
  seq,
  set,
  subjectAltName,
  teletex,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
/** Common names that verifiers read as a host are checked as one; others are only names. */
import { describe, it } from 'vitest'
import { allowing, type Case, outcomeOf } from '../support/evaluate-request.ts'
import { limited } from '../support/limited.ts'

const { dns, ip } = generalName

const RULES = allowing({
  dnsNames: { values: ['*.acme.internal'] },
  ipAddresses: { values: ['10.*', 'fd00:*'] },
})
const CONSTRAINED = limited([dns('acme.internal'), ip(10, 0, 0, 0, 255, 0, 0, 0)])
const SERVER = ['digital signature', 'server auth']

const requestFor = (
  subject: Uint8Array,
  usages: readonly string[],
  names: readonly Uint8Array[] = [],
): Case => ({
  csr: { subject, ...(names.length === 0 ? {} : { extensions: [subjectAltName(...names)] }) },
  request: { usages: [...usages] },
})

const outcome = (given: Case): string => {
  const evaluated = outcomeOf(given)
  return 'subject' in evaluated ? 'ok' : evaluated.join('\n')
}

/** What is said of one common name of a certificate for servers, in short. */
const verdict = (value: string, rules: Case): string => {
  const found = outcome({ ...requestFor(name(['CN', value]), SERVER), ...rules })
  if (found === 'ok') return found
  return /^subject_not_allowed: .*; "(.*)" (?:matches none|is outside)/.exec(found)?.[1] ?? found
}

describe('a common name of a server', () => {
  it.for([
    ['web.acme.internal', 'ok', 'ok'],
    ['WEB.Acme.Internal', 'ok', 'ok'],
    ['web.acme.internal.', 'ok', 'ok'],
    ['*.acme.internal', 'ok', 'ok'],
    ['w*.acme.internal', 'ok', 'ok'],
    ['10.1.2.3', 'ok', 'ok'],
    ['0xa.1', 'ok', 'ok'],
    ['Our server', 'ok', 'ok'],
    ['system:node:x', 'ok', 'ok'],
    ['me@evil.com', 'ok', 'ok'],
    ['spiffe://a/b', 'ok', 'ok'],
    ['evil.com', 'DNS:evil.com', 'DNS:evil.com'],
    ['EVIL.com', 'DNS:evil.com', 'DNS:evil.com'],
    ['evil.com.', 'DNS:evil.com', 'DNS:evil.com'],
    [' evil.com ', 'DNS:evil.com', 'DNS:evil.com'],
    ['evil。com', 'DNS:evil.com', 'DNS:evil.com'],
    ['ｅｖｉｌ.com', 'DNS:evil.com', 'DNS:evil.com'],
    ['*.evil.com', 'DNS:*.evil.com', 'DNS:*.evil.com'],
    ['*.com', 'DNS:*.com', 'DNS:*.com'],
    ['*', 'DNS:*', 'DNS:*'],
    ['*.*', 'DNS:*.*', 'DNS:*.*'],
    ['ev*.com', 'DNS:ev*.com', 'DNS:ev*.com'],
    ['*.internal', 'DNS:*.internal', 'DNS:*.internal'],
    ['acme.internal.evil.com', 'DNS:acme.internal.evil.com', 'DNS:acme.internal.evil.com'],
    ['notacme.internal', 'DNS:notacme.internal', 'DNS:notacme.internal'],
    ['evil', 'DNS:evil', 'DNS:evil'],
    ['bücher.example', 'DNS:xn--bcher-kva.example', 'DNS:xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'DNS:xn--bcher-kva.example', 'DNS:xn--bcher-kva.example'],
    ['11.0.0.1', 'IP:11.0.0.1', 'IP:11.0.0.1'],
    ['185.0.0.1.', 'IP:185.0.0.1', 'IP:185.0.0.1'],
    ['0x7f.1', 'IP:127.0.0.1', 'IP:127.0.0.1'],
    ['2130706433', 'IP:127.0.0.1', 'IP:127.0.0.1'],
    ['::1', 'IP:::1', 'IP:::1'],
    ['[::1]', 'IP:::1', 'IP:::1'],
    ['fe80::1%eth0', 'IP:fe80::1', 'IP:fe80::1'],
    ['::ffff:11.0.0.1', 'IP:::ffff:b00:1', 'IP:::ffff:b00:1'],
    // The client may have these; the constraints of the CA permit IPv4 alone.
    ['fd00::1', 'ok', 'IP:fd00::1'],
    ['::ffff:10.0.0.1', 'ok', 'IP:::ffff:a00:1'],
    // The client may not: "*" is any character, but the dot is needed.
    ['acme.internal', 'DNS:acme.internal', 'ok'],
  ] as const)(
    '"%s" under the rules of a client: %s; under a CA: %s',
    ([value, ofClient, ofCa], { expect }) => {
      expect(verdict(value, { client: RULES })).toBe(ofClient)
      expect(verdict(value, { ca: CONSTRAINED })).toBe(ofCa)
      expect(verdict(value, {})).toBe('ok')
    },
  )

  it.for([
    ['UTF8String', utf8('evil.com')],
    ['PrintableString', printable('evil.com')],
    ['PrintableString with "*"', printable('*.evil.com')],
    ['TeletexString', teletex('evil.com')],
    ['BMPString', bmp('evil.com')],
    ['NumericString', numeric('2130706433')],
  ] as const)('is read in %s', ([, value], { expect }) => {
    const subject = seq(set(attribute('CN', value)))
    for (const rules of [{ client: RULES }, { ca: CONSTRAINED }]) {
      expect(outcome({ ...requestFor(subject, SERVER), ...rules })).toMatch(/^subject_not_allowed/)
    }
  })

  it.for([
    ['the first of two', name(['CN', 'evil.com'], ['CN', 'web.acme.internal'])],
    ['the second of two', name(['CN', 'web.acme.internal'], ['CN', 'evil.com'])],
    [
      'the first in an RDN',
      seq(set(attribute('CN', 'evil.com'), attribute('CN', 'web.acme.internal'))),
    ],
    [
      'one in an RDN with others',
      seq(set(attribute('CN', 'evil.com'), attribute('O', 'web.acme.internal'))),
    ],
    ['one before others', name(['CN', 'evil.com'], ['O', 'a'], ['OU', 'b'])],
  ] as const)('is read where it is %s', ([, subject], { expect }) => {
    for (const rules of [{ client: RULES }, { ca: CONSTRAINED }]) {
      const found = outcome({ ...requestFor(subject, SERVER), ...rules })
      expect(found).toMatch(
        /^subject_not_allowed: the common name "CN=evil\.com" reads as a DNS name/,
      )
      expect(found.split('\n')).toHaveLength(1)
    }
  })

  it('differs from other attributes', ({ expect }) => {
    const rules = allowing({ dnsNames: { values: ['*.acme.internal'] } })
    const subject = name(['O', 'evil.com'], ['OU', 'evil.com'])
    expect(outcome({ ...requestFor(subject, SERVER), client: rules })).toBe('ok')
  })

  it.for([
    [
      'evil.com',
      { client: RULES },
      'subject_not_allowed: the common name "CN=evil.com" reads as a DNS name to verifiers, as the request has no dNSName and its usages allow server authentication; "DNS:evil.com" matches none of this client\'s allowed.dnsNames: "*.acme.internal"; add an allowed dNSName, change the common name, or request only "client auth"',
    ],
    [
      '11.0.0.1',
      { ca: CONSTRAINED },
      'subject_not_allowed: the common name "CN=11.0.0.1" reads as an IP address to verifiers, as the request has no dNSName and its usages allow server authentication; "IP:11.0.0.1" is outside what the issuing CA\'s name constraints permit: "IP:10.0.0.0/255.0.0.0"; add an allowed dNSName, change the common name, or request only "client auth"',
    ],
    [
      '*.acme.internal',
      { profile: { wildcards: false } },
      'subject_not_allowed: the common name "CN=*.acme.internal" reads as a DNS name to verifiers, as the request has no dNSName and its usages allow server authentication; "DNS:*.acme.internal" has a wildcard, which the profile does not allow; add an allowed dNSName, change the common name, or request only "client auth"',
    ],
  ] as [string, Case, string][])(
    '"%s" is refused with what to do',
    ([value, rules, expected], { expect }) => {
      expect(outcome({ ...requestFor(name(['CN', value]), SERVER), ...rules })).toBe(expected)
    },
  )

  it.for([
    ['no kind of DNS name', 'web', { subjectAltNames: ['ip', 'uri'] }, 'is of a kind that'],
    ['no kind of address', '10.0.0.1', { subjectAltNames: ['dns'] }, 'is of a kind that'],
    ['no wildcards', 'w*.example', { wildcards: false }, 'has a wildcard'],
    ['no underscores', 'a_b', { underscores: false }, 'has an underscore'],
  ] as const)('is refused by a profile with %s', ([, value, profile, expected], { expect }) => {
    const found = outcome({ ...requestFor(name(['CN', value]), SERVER), profile })
    expect(found).toMatch(/^subject_not_allowed: the common name "/)
    expect(found).toContain(expected)
  })
})
