import {
  constructed,
  extension,
  generalName,
  nameConstraints,
  seq,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { extensionOf, outcomeOf } from '../support/evaluate-request.ts'
import { limited } from '../support/limited.ts'
import { ALL_V4, ALL_V6, aCaRequest, NET_10, NET_10_1, NET_11, outcome } from './ca-request.ts'

const { dns, email, uri } = generalName

describe('name constraints of a CA certificate', () => {
  it('are critical whatever was asked for, and last', ({ expect }) => {
    const value = seq(constructed(0, seq(dns('a.example'))))
    for (const critical of [true, false]) {
      const evaluated = outcomeOf(aCaRequest(extension('2.5.29.30', value, { critical })))
      if (!('subject' in evaluated)) throw new Error(evaluated.join())
      expect(extensionOf(evaluated, '2.5.29.30')).toEqual({
        critical: true,
        value: Buffer.from(value).toString('hex'),
      })
      expect(evaluated.extensions.at(-1)?.oid).toBe('2.5.29.30')
    }
  })

  it('of other kinds are refused', ({ expect }) => {
    expect(outcome(aCaRequest(nameConstraints([constructed(4, seq())])))).toBe(
      'extension_not_allowed: the certification request has name constraints of other kinds than DNS, IP, URI and email, which cannot be checked; remove them',
    )
  })

  it('of a leaf are refused', ({ expect }) => {
    const csr = { extensions: [nameConstraints([dns('a.example')])] }
    expect(outcome({ csr })).toBe(
      'extension_not_allowed: the certification request asks for extensions that limit a certificate, and this CA does not certify them: "nameConstraints (2.5.29.30)"; remove them from the request',
    )
  })
})

describe('a permitted subtree', () => {
  it.for([
    ['a.example', dns('a.example'), dns('a.example'), 'inside'],
    ['b.a.example in a.example', dns('b.A.example'), dns('a.Example'), 'inside'],
    ['.a.example in a.example', dns('.a.example'), dns('a.example'), 'inside'],
    ['a.example in .a.example', dns('a.example'), dns('.a.example'), 'outside'],
    ['b.a.example in .a.example', dns('b.a.example'), dns('.a.example'), 'inside'],
    ['example in a.example', dns('example'), dns('a.example'), 'outside'],
    ['ba.example in a.example', dns('ba.example'), dns('a.example'), 'outside'],
    ['every name in a.example', dns(''), dns('a.example'), 'outside'],
    ['a.example in every name', dns('a.example'), dns(''), 'inside'],
    ['10.1/16 in 10/8', NET_10_1, NET_10, 'inside'],
    ['10/8 in 10.1/16', NET_10, NET_10_1, 'outside'],
    ['11/8 in 10/8', NET_11, NET_10, 'outside'],
    ['10/8 in all of IPv4', NET_10, ALL_V4, 'inside'],
    ['10/8 in all of IPv6', NET_10, ALL_V6, 'outside'],
    ['all of IPv4 in 10/8', ALL_V4, NET_10, 'outside'],
    ['a mailbox in itself', email('me@a.example'), email('me@a.example'), 'inside'],
    ['a mailbox in another', email('me@a.example'), email('you@a.example'), 'outside'],
    ['a mailbox in its host', email('me@a.example'), email('a.example'), 'inside'],
    ['a mailbox below a domain', email('me@b.a.example'), email('.a.example'), 'inside'],
    ['a host in a mailbox', email('a.example'), email('me@a.example'), 'outside'],
    ['a host in itself', email('a.example'), email('A.example'), 'inside'],
    ['a host below a domain', email('b.a.example'), email('.a.example'), 'inside'],
    ['a domain in its host', email('.a.example'), email('a.example'), 'outside'],
    ['a URI host in itself', uri('a.example'), uri('a.example'), 'inside'],
    ['a URI host below a domain', uri('b.a.example'), uri('.a.example'), 'inside'],
    ['a URI domain below a domain', uri('.b.a.example'), uri('.a.example'), 'inside'],
    ['a URI domain in a host', uri('.a.example'), uri('a.example'), 'outside'],
    ['another kind', email('a.example'), dns('a.example'), 'inside'],
  ] as const)('%s', ([, asked, issuers, expected], { expect }) => {
    const found = outcome(aCaRequest(nameConstraints([asked]), { ca: limited([issuers]) }))
    expect(found).toMatch(
      expected === 'inside'
        ? /^ok$/
        : /^extension_not_allowed: the name constraint ".*" is outside what the issuing CA's name constraints permit: ".*"; change the request, or use another issuer$/,
    )
  })

  it('is reported with each constraint that it violates', ({ expect }) => {
    const asked = nameConstraints([dns('c.example'), dns('b.example'), NET_11])
    expect(outcome(aCaRequest(asked, { ca: limited([dns('a.example'), dns('b.example')]) }))).toBe(
      'extension_not_allowed: the name constraint "DNS:c.example" is outside what the issuing CA\'s name constraints permit: "DNS:a.example", "DNS:b.example"; change the request, or use another issuer',
    )
  })

  it('is held against every CA of the chain', ({ expect }) => {
    const ca = limited([dns('a.example')], [], limited([dns('example')], [dns('b.a.example')]))
    const ask = (base: Uint8Array): string => outcome(aCaRequest(nameConstraints([base]), { ca }))
    expect(ask(dns('c.a.example'))).toBe('ok')
    expect(ask(dns('b.example'))).toContain('permit: "DNS:a.example"')
    expect(ask(dns('c.b.a.example'))).toBe(
      'extension_not_allowed: the name constraint "DNS:c.b.a.example" is excluded by the issuing CA\'s name constraint "DNS:b.a.example"; change the request, or use another issuer',
    )
  })
})

it('more may be excluded than the issuing CA excludes', ({ expect }) => {
  const asked = nameConstraints([dns('a.example')], [dns('b.a.example'), ALL_V4])
  expect(outcome(aCaRequest(asked, { ca: limited([dns('example')]) }))).toBe('ok')
})

describe('a malformed name constraint is refused, permitted or excluded', () => {
  it.for([
    ['DNS', dns('a..example'), '"DNS:a..example" has an empty label'],
    ['DNS', dns('a.example.'), '"DNS:a.example." has an empty label'],
    ['DNS', dns('..example'), '"DNS:..example" has an empty label'],
    ['DNS', dns('.'), '"DNS:." is empty'],
    ['DNS', dns('a b'), '"DNS:a b" has a label that is not letters, digits and inner hyphens'],
    ['DNS', dns('*.a'), '"DNS:*.a" has a "*", which matches no other characters in a constraint'],
    ['URI', uri('https://a/'), '"URI:https://a/" has a label that is not letters'],
    ['URI', uri('10.0.0.1'), '"URI:10.0.0.1" is read as an IP address'],
    ['email', email('a..b'), '"email:a..b" has an empty label'],
    ['email', email('a b@c'), '"email:a b@c" does not begin with 1 to 64 plain characters'],
  ] as const)('%s: %#', ([, base, expected], { expect }) => {
    for (const asked of [nameConstraints([base]), nameConstraints([], [base])]) {
      const found = outcome(aCaRequest(asked))
      expect(found).toMatch(/^extension_not_allowed: the name constraint "/)
      expect(found).toContain(expected)
      expect(found).toMatch(/; change the request$/)
    }
  })

  it.for([
    ['all DNS names', dns('')],
    ['all below a domain', dns('.a.example')],
    ['a domain with an underscore', dns('_a.example')],
    ['all mailboxes of a host', email('a.example')],
    ['all mailboxes below a domain', email('.a.example')],
    ['one mailbox', email('me@a.example')],
    ['all hosts of URIs below a domain', uri('.a.example')],
  ] as const)('%s is well-formed', ([, base], { expect }) => {
    expect(outcome(aCaRequest(nameConstraints([], [base])))).toBe('ok')
  })
})
