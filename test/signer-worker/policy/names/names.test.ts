import {
  constructed,
  generalName,
  oid,
  primitive,
  printable,
  seq,
  subjectAltName,
  utf8,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { type Case, extensionOf, outcomeOf, plan } from '../support/evaluate-request.ts'

const V6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 1]
const UPN = '1.3.6.1.4.1.311.20.2.3'

/** `ok`, or the refusals. */
const outcome = (names: readonly Uint8Array[], rules: Omit<Case, 'csr'> = {}): string => {
  const evaluated = outcomeOf({ ...rules, csr: { extensions: [subjectAltName(...names)] } })
  return 'subject' in evaluated ? 'ok' : evaluated.join('\n')
}

describe('a malformed name', () => {
  it.for([
    [generalName.dns('a..b'), 'name_malformed: "DNS:a..b" has an empty label; change the request'],
    [
      generalName.uri('a'),
      'name_malformed: "URI:a" is not an absolute URI (RFC 3986); change the request',
    ],
    [generalName.email('a'), 'name_malformed: "email:a" has no "@"; change the request'],
    [
      generalName.dns('a\u0001b'),
      String.raw`name_malformed: "DNS:a\u0001b" has a label that is not letters, digits and inner hyphens; change the request`,
    ],
    [
      generalName.dns('a'.repeat(300)),
      `name_malformed: "DNS:${'a'.repeat(124)}…" exceeds the maximum of 253 characters (300); change the request`,
    ],
  ] as const)('%#', ([name, expected], { expect }) => {
    expect(outcome([name])).toBe(expected)
  })
})

describe('SPIFFE IDs', () => {
  const spiffe = generalName.uri('spiffe://a/b')

  it('may be beside any other name', ({ expect }) => {
    expect(outcome([spiffe, generalName.uri('a:c'), generalName.dns('a.example')])).toBe('ok')
    expect(outcome([spiffe, generalName.uri('spiffe://a/c')])).toBe('ok')
  })

  it('must be the only URI where the profile is strict', ({ expect }) => {
    const strict = { profile: { spiffe: 'strict' } }
    expect(outcome([spiffe, generalName.dns('a.example')], strict)).toBe('ok')
    expect(outcome([generalName.uri('a:b'), generalName.uri('a:c')], strict)).toBe('ok')
    for (const other of [generalName.uri('a:c'), spiffe]) {
      expect(outcome([other, spiffe], strict)).toMatch(
        /^name_not_allowed: a SPIFFE ID must be the only URI \(X509-SVID section 2\), and there are ".*", "spiffe:\/\/a\/b"; change the request$/,
      )
    }
  })
})

describe('other kinds', () => {
  it.for([
    ['IPv4', generalName.ip(10, 0, 0, 1), 'ok'],
    ['IPv6', generalName.ip(...V6), 'ok'],
    ['IPv4 in the form of IPv6', generalName.ip(...MAPPED), 'ok'],
    ['otherName', generalName.other(UPN, utf8('me@corp')), 'ok'],
    [
      'an empty otherName',
      generalName.other(UPN, utf8('')),
      /^name_malformed: .* is empty; change the request$/,
    ],
    [
      'an otherName with a line feed',
      generalName.other(UPN, utf8('a\nb')),
      /^name_malformed: .* has a control character/,
    ],
    [
      'an otherName whose value is not a UTF8String',
      generalName.other(UPN, printable('a')),
      /^name_not_allowed: "otherName:1\.3\.6\.1\.4\.1\.311\.20\.2\.3;PRINTABLE:a" is an otherName of type UPN \(1\.3\.6\.1\.4\.1\.311\.20\.2\.3\) whose value is not a UTF8String, which is certified only where the profile's otherNames have its type; change the request, or ask the CA's operator$/,
    ],
    [
      'a directoryName',
      constructed(4, seq()),
      /^name_not_allowed: "directoryName" is a kind of name that is never certified; remove it from the request$/,
    ],
    ['a registeredID', primitive(8, oid('1.2.3').subarray(2)), /^name_not_allowed: "registeredID"/],
    ['an x400Address', constructed(3), /^name_not_allowed: "x400Address"/],
    ['an ediPartyName', constructed(5), /^name_not_allowed: "ediPartyName"/],
  ] as const)('%s', ([, name, expected], { expect }) => {
    expect(outcome([name])).toMatch(expected)
  })
})

const manyNames = (count: number): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, number) => generalName.dns(`a${String(number)}`))

describe('how many', () => {
  it.for([
    [1000, {}],
    [2, { maxNames: 2 }],
  ] as const)('%i are the most under %j', ([most, profile], { expect }) => {
    expect(outcome(manyNames(most), { profile })).toBe('ok')
    expect(outcome(manyNames(most + 1), { profile })).toBe(
      `name_not_allowed: ${String(most + 1)} subject alternative names exceed the profile's maximum of ${String(most)}; split them over several requests`,
    )
  })

  it('a name may be there more than once, and is copied each time', ({ expect }) => {
    const names = [generalName.dns('a.example'), generalName.dns('a.example')]
    const found = plan({ csr: { extensions: [subjectAltName(...names)] } })
    expect(found.names.subjectAltNames).toEqual(['DNS:a.example', 'DNS:a.example'])
    expect(extensionOf(found, '2.5.29.17')?.value).toBe(Buffer.from(seq(...names)).toString('hex'))
  })
})

describe('the profile', () => {
  it.for([
    [
      'no wildcards',
      { wildcards: false },
      '*.example',
      'has a wildcard, which the profile does not allow',
    ],
    ['no wildcards, but for a name without', { wildcards: false }, 'a.example', 'ok'],
    [
      'no underscores',
      { underscores: false },
      '_tcp.a.example',
      'has an underscore, which the profile does not allow',
    ],
    ['underscores, where nothing is said', {}, '_tcp.a_b.example', 'ok'],
    [
      'no DNS names',
      { subjectAltNames: ['ip', 'uri'] },
      'a',
      'is of a kind that the profile does not allow (allowed: "ip", "uri")',
    ],
  ] as const)('%s', ([, profile, name, expected], { expect }) => {
    expect(outcome([generalName.dns(name)], { profile })).toContain(expected)
  })
})
