import {
  type Authority,
  generalName,
  name,
  subjectAltName,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { outcomeOf } from '../support/evaluate-request.ts'
import { limited } from '../support/limited.ts'

const { dns, email, ip, uri } = generalName

const outcome = (ca: Authority, san: Uint8Array | undefined, subject = name()): string => {
  const asked = san === undefined ? {} : { extensions: [subjectAltName(san)] }
  const evaluated = outcomeOf({ ca, csr: { subject, ...asked } })
  return 'subject' in evaluated ? 'inside' : evaluated.join('\n')
}

const NET_10 = ip(10, 0, 0, 0, 255, 0, 0, 0)
const TWELVE_ZEROS = Array.from({ length: 12 }, () => 0)
const NET_V6 = ip(0x20, 1, 0xd, 0xb8, ...TWELVE_ZEROS, 255, 255, 255, 255, ...TWELVE_ZEROS)

describe('permitted', () => {
  it.for([
    ['DNS a.example', dns('a.example'), dns('a.example'), 'inside'],
    ['DNS a.example', dns('a.example'), dns('x.y.A.Example'), 'inside'],
    ['DNS a.example', dns('a.example'), dns('*.a.example'), 'inside'],
    ['DNS a.example', dns('a.example'), dns('ba.example'), 'outside'],
    ['DNS a.example', dns('a.example'), dns('*.example'), 'outside'],
    ['DNS a.example', dns('a.example'), email('x@evil'), 'inside'],
    ['DNS .a.example', dns('.a.example'), dns('b.a.example'), 'inside'],
    ['DNS .a.example', dns('.a.example'), dns('a.example'), 'outside'],
    ['every DNS name', dns(''), dns('x'), 'inside'],
    ['IP 10/8', NET_10, ip(10, 255, 0, 1), 'inside'],
    ['IP 10/8', NET_10, ip(11, 0, 0, 1), 'outside'],
    ['IP 10/8', NET_10, ip(...Array.from({ length: 16 }, () => 10)), 'outside'],
    [
      'IP 2001:db8::/32',
      NET_V6,
      ip(0x20, 1, 0xd, 0xb8, ...Array.from({ length: 12 }, () => 9)),
      'inside',
    ],
    [
      'IP 2001:db8::/32',
      NET_V6,
      ip(0x20, 1, 0xd, 0xb9, ...Array.from({ length: 12 }, () => 9)),
      'outside',
    ],
    ['URI a.example', uri('a.example'), uri('https://A.example:1/x'), 'inside'],
    ['URI a.example', uri('a.example'), uri('https://u@a.example/x'), 'outside'],
    ['URI a.example', uri('a.example'), uri('https://b.a.example/'), 'outside'],
    ['URI .a.example', uri('.a.example'), uri('https://b.a.example/'), 'inside'],
    ['URI .a.example', uri('.a.example'), uri('https://a.example/'), 'outside'],
    ['URI a.example', uri('a.example'), uri('urn:a.example'), 'outside'],
    ['URI a.example', uri('a.example'), uri('https://10.0.0.1/'), 'outside'],
    ['email me@a.example', email('me@a.example'), email('me@A.example'), 'inside'],
    ['email me@a.example', email('me@a.example'), email('Me@a.example'), 'outside'],
    ['email a.example', email('a.example'), email('x@a.example'), 'inside'],
    ['email a.example', email('a.example'), email('x@b.a.example'), 'outside'],
    ['email .a.example', email('.a.example'), email('x@b.a.example'), 'inside'],
    ['email .a.example', email('.a.example'), email('x@a.example'), 'outside'],
    ['otherName is of no kind', dns('a.example'), generalName.other('1.2.3', utf8('x')), 'inside'],
  ] as const)('%s', ([, base, san, expected], { expect }) => {
    const found = outcome(limited([base]), san)
    expect(found).toMatch(
      expected === 'inside'
        ? /^inside$/
        : /^name_not_allowed: .* is outside what the issuing CA's name constraints permit: /,
    )
  })

  it('one of several is enough', ({ expect }) => {
    const ca = limited([dns('a.example'), dns('b.example')])
    expect(outcome(ca, dns('x.b.example'))).toBe('inside')
    expect(outcome(ca, dns('c.example'))).toBe(
      'name_not_allowed: "DNS:c.example" is outside what the issuing CA\'s name constraints permit: "DNS:a.example", "DNS:b.example"; change the request, or ask the CA\'s operator',
    )
  })

  it('every CA of the chain has its say', ({ expect }) => {
    const ca = limited([dns('a.example')], [], limited([dns('example')], [dns('b.a.example')]))
    expect(outcome(ca, dns('x.a.example'))).toBe('inside')
    expect(outcome(ca, dns('b.example'))).toContain('permit: "DNS:a.example"')
    expect(outcome(ca, dns('b.a.example'))).toContain('is excluded')
  })
})

describe('excluded', () => {
  it.for([
    ['DNS a.example', dns('a.example'), dns('b.a.example'), 'excluded'],
    ['DNS a.example', dns('a.example'), dns('example'), 'allowed'],
    ['DNS a.example, by a wildcard above it', dns('a.example'), dns('*.Example'), 'excluded'],
    [
      'DNS b.a.example, two labels below a wildcard',
      dns('b.a.example'),
      dns('*.example'),
      'allowed',
    ],
    ['IP 10/8', NET_10, ip(10, 1, 1, 1), 'excluded'],
    ['IP 10/8', NET_10, ip(9, 1, 1, 1), 'allowed'],
    ['email a.example', email('a.example'), email('x@a.example'), 'excluded'],
    ['URI a.example', uri('a.example'), uri('https://a.example/'), 'excluded'],
    ['URI a.example', uri('a.example'), uri('https://b.example/'), 'allowed'],
    ['URI a.example, where there is no host to judge', uri('a.example'), uri('urn:x'), 'excluded'],
  ] as const)('%s', ([, base, san, expected], { expect }) => {
    const found = outcome(limited([], [base]), san)
    if (expected === 'allowed') expect(found).toBe('inside')
    else
      expect(found).toMatch(
        /^name_not_allowed: .* is excluded by the issuing CA's name constraint "/,
      )
  })
})

describe('the subject', () => {
  const ca = limited([dns('a.example'), email('a.example')])

  it.for([
    [
      'a common name that reads as a host',
      name(['CN', 'b.example']),
      undefined,
      /^subject_not_allowed: the common name "CN=b.example" reads as a DNS name to verifiers, .*; "DNS:b.example" is outside .*"DNS:a.example"; add an allowed dNSName, /,
    ],
    ['a common name inside', name(['CN', 'b.a.example']), undefined, /^inside$/],
    ['a common name that reads as no host', name(['CN', 'Our web']), undefined, /^inside$/],
    [
      'a common name of one label',
      name(['CN', 'Web']),
      undefined,
      /^subject_not_allowed: .*; "DNS:web" is outside/,
    ],
    ['a common name next to a DNS name', name(['CN', 'b.example']), dns('a.example'), /^inside$/],
    [
      'a common name next to another kind',
      name(['CN', 'b.example']),
      ip(1, 2, 3, 4),
      /^subject_not_allowed/,
    ],
    [
      'an email address',
      name(['emailAddress', 'x@b.example']),
      email('x@b.example'),
      /^subject_not_allowed: "emailAddress=x@b.example" is outside/,
    ],
    [
      'an email address inside',
      name(['emailAddress', 'x@a.example']),
      email('x@a.example'),
      /^inside$/,
    ],
  ] as const)('%s', ([, subject, san, expected], { expect }) => {
    expect(outcome(ca, san, subject)).toMatch(expected)
  })
})
