import {
  attribute,
  basicConstraints,
  generalName,
  name,
  printable,
  seq,
  set,
  subjectAltName,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { type Case, outcomeOf } from '../support/evaluate-request.ts'

const outcome = (subject: Uint8Array, rules: Case = {}): string => {
  const evaluated = outcomeOf({ ...rules, csr: { ...rules.csr, subject } })
  return 'subject' in evaluated ? evaluated.names.subject : evaluated.join('\n')
}
const one = (type: string, value: Uint8Array): Uint8Array => seq(set(attribute(type, value)))

describe('a subject', () => {
  it.for([
    [
      'of every type that cert-manager makes',
      name(
        ['C', 'SE'],
        ['ST', 'a'],
        ['L', 'b'],
        ['STREET', 'c'],
        ['postalCode', '1'],
        ['O', 'd'],
        ['OU', 'e'],
        ['serialNumber', '2'],
        ['CN', 'f'],
      ),
      'CN=f,serialNumber=2,OU=e,O=d,postalCode=1,STREET=c,L=b,ST=a,C=SE',
    ],
    [
      'with domain components, a user id and an RDN of two attributes',
      seq(
        set(attribute('DC', 'net')),
        set(attribute('DC', 'cert')),
        set(attribute('CN', 'x'), attribute('UID', 'y')),
      ),
      'CN=x+UID=y,DC=cert,DC=net',
    ],
    ['with a type more than once', name(['OU', 'a'], ['OU', 'b']), 'OU=b,OU=a'],
    ['with a domain component in UTF8String', one('DC', utf8('net')), 'DC=net'],
    ['with a common name in PrintableString', one('CN', printable('a')), 'CN=a'],
  ] as const)('%s is copied octet for octet', ([, subject, text], { expect }) => {
    expect(outcome(subject)).toBe(text)
    expect(outcomeOf({ csr: { subject } })).toMatchObject({ subject })
  })
})

const BOUNDED = { profile: { rfc5280UpperBounds: true } }

describe('the bounds of RFC 5280', () => {
  it.for([
    ['CN', 64],
    ['O', 64],
    ['OU', 64],
    ['serialNumber', 64],
    ['L', 128],
    ['ST', 128],
    ['STREET', 128],
    ['postalCode', 16],
    ['DC', 63],
    ['UID', 256],
  ] as const)('%s has at most %i characters', ([type, most], { expect }) => {
    const longer = 'x'.repeat(most + 1)
    expect(outcome(name([type, 'x'.repeat(most)]), BOUNDED)).toBe(`${type}=${'x'.repeat(most)}`)
    expect(outcome(name([type, longer]), BOUNDED)).toMatch(
      new RegExp(
        `^subject_not_allowed: .* exceeds the profile's maximum of ${String(most)} characters \\(${String(most + 1)}\\); change the request$`,
      ),
    )
    expect(outcome(name([type, longer]))).toBe(`${type}=${longer}`)
  })

  it('characters are counted, not octets', ({ expect }) => {
    expect(outcome(one('CN', utf8('ü'.repeat(64))), BOUNDED)).toBe(`CN=${'ü'.repeat(64)}`)
    expect(outcome(one('CN', utf8('😀'.repeat(64))), BOUNDED)).toBe(`CN=${'😀'.repeat(64)}`)
  })

  it.for([
    [
      'an empty value',
      one('CN', utf8('')),
      'subject_not_allowed: "CN=" is empty, which the profile does not allow; change the request',
    ],
    [
      'C of three letters',
      one('C', printable('SWE')),
      'subject_not_allowed: "C=SWE" is not a country code of two letters in a PrintableString, as the profile requires; change the request',
    ],
    [
      'a serial number in UTF8String',
      one('serialNumber', utf8('1')),
      'subject_not_allowed: "serialNumber=1" is not a PrintableString, as the profile requires; change the request',
    ],
    [
      'C in UTF8String',
      one('C', utf8('SE')),
      'subject_not_allowed: "C=SE" is not a country code of two letters in a PrintableString, as the profile requires; change the request',
    ],
  ] as const)(
    '%s is refused, and allowed where nothing is said',
    ([, subject, expected], { expect }) => {
      expect(outcome(subject, BOUNDED)).toBe(expected)
      expect(outcome(subject)).toMatch(/^(CN|C|serialNumber)=/)
    },
  )
})

describe('no subject', () => {
  const extensions = [subjectAltName(generalName.dns('a.example'))]

  it.for([
    ['with a subject alternative name', { csr: { extensions } }, ''],
    [
      'and no name at all',
      {},
      'subject_not_allowed: there is neither a subject nor a subject alternative name; set one of them',
    ],
    [
      'in a CA certificate',
      {
        csr: { extensions: [...extensions, basicConstraints(true)] },
        profile: { isCA: true, requireNameConstraints: false },
        request: { isCA: true, usages: ['cert sign'] },
      },
      'subject_not_allowed: a CA certificate must have a subject (RFC 5280 section 4.1.2.6); set one',
    ],
    [
      'in a CA certificate, where the profile allows it',
      {
        csr: { extensions: [...extensions, basicConstraints(true)] },
        profile: { isCA: true, requireNameConstraints: false, emptyCaSubject: true },
        request: { isCA: true, usages: ['cert sign'] },
      },
      '',
    ],
    [
      'and no name at all in a CA certificate, whatever the profile allows',
      {
        csr: { extensions: [basicConstraints(true)] },
        profile: { isCA: true, requireNameConstraints: false, emptyCaSubject: true },
        request: { isCA: true, usages: ['cert sign'] },
      },
      'subject_not_allowed: there is neither a subject nor a subject alternative name; set one of them',
    ],
  ] as [string, Case, string][])('%s', ([, rules, expected], { expect }) => {
    expect(outcome(name(), rules)).toBe(expected)
  })
})

describe('the profile', () => {
  it.for([
    [
      'a type that is not on its list',
      name(['title', 'Dr']),
      { profile: { subjectAttributes: ['CN', '2.5.4.4'] } },
      /^subject_not_allowed: the subject has the attribute title, and the profile's subjectAttributes are "CN", "2\.5\.4\.4"; change the request, or ask the CA's operator$/,
    ],
    [
      'a type that the profile leaves out',
      name(['O', 'a']),
      { profile: { subjectAttributes: ['CN'] } },
      /has the attribute O, and the profile's subjectAttributes are "CN"/,
    ],
    [
      'any type where there is no list',
      name(['title', 'Dr'], ['1.2.3.4', 'x']),
      {},
      /^1\.2\.3\.4=x,title=Dr$/,
    ],
    [
      'a type that the profile lists by its object identifier',
      name(['title', 'Dr'], ['O', 'a']),
      { profile: { subjectAttributes: ['2.5.4.12', '2.5.4.10'] } },
      /^O=a,/,
    ],
    [
      'a type where the list is empty',
      name(['O', 'a']),
      { profile: { subjectAttributes: [] } },
      /has the attribute O, and the profile's subjectAttributes are none; /,
    ],
    [
      'a type that the profile lists',
      name(['O', 'a']),
      { profile: { subjectAttributes: ['O'] } },
      /^O=a$/,
    ],
  ] as [string, Uint8Array, Case, RegExp][])('%s', ([, subject, rules, expected], { expect }) => {
    expect(outcome(subject, rules)).toMatch(expected)
  })
})

describe('a common name under requireInSANs', () => {
  const { dns, email, ip, other, uri } = generalName

  it.for([
    ['a DNS name in another case', 'Web.example', [dns('web.EXAMPLE')], 'ok'],
    ['a wildcard name', '*.example', [dns('*.example')], 'ok'],
    ['an address', '10.0.0.1', [ip(10, 0, 0, 1)], 'ok'],
    ['a URI', 'spiffe://a/b', [uri('spiffe://a/b')], 'ok'],
    ['an email address', 'me@a.example', [email('me@a.example')], 'ok'],
    ['one of several', 'b.example', [dns('a.example'), dns('b.example')], 'ok'],
    ['a name below', 'a.b.example', [dns('b.example')], 'none'],
    ['a value of another name', 'me', [other('1.2.3', utf8('me'))], 'none'],
    ['a URI in another case', 'spiffe://a/B', [uri('spiffe://a/b')], 'none'],
    ['the only name', 'a.example', [], 'none'],
  ] as [string, string, Uint8Array[], string][])(
    'is %s',
    ([, value, names, expected], { expect }) => {
      const csr = names.length === 0 ? {} : { extensions: [subjectAltName(...names)] }
      const found = outcome(name(['CN', value]), { csr, profile: { commonName: 'requireInSANs' } })
      expect(found).toBe(
        expected === 'ok'
          ? `CN=${value}`
          : `subject_not_allowed: "CN=${value}" is not among the subject alternative names, as the profile's commonName requires; add it there, or remove it`,
      )
    },
  )

  it('may be absent', ({ expect }) => {
    const csr = { extensions: [subjectAltName(dns('a.example'))] }
    expect(outcome(name(['O', 'a']), { csr, profile: { commonName: 'requireInSANs' } })).toBe('O=a')
  })
})
