import { generalName, name, subjectAltName } from '@edge-issuer/testbed/pki/x509'
/** Patterns for URIs: a `*` in the host matches nothing beyond the host. */
import { describe, it } from 'vitest'
import { allowing, outcomeOf } from '../support/evaluate-request.ts'

const outcome = (pattern: string, value: string): string => {
  const evaluated = outcomeOf({
    client: allowing({ uris: { values: [pattern] } }),
    csr: { subject: name(), extensions: [subjectAltName(generalName.uri(value))] },
  })
  return 'subject' in evaluated ? 'allowed' : evaluated.join('\n')
}

describe('a pattern for URIs matches', () => {
  it.for([
    ['*', 'https://a/b'],
    ['*', 'urn:a'],
    ['urn:*', 'urn:a:b'],
    ['https://*', 'https://a/b'],
    ['https://a*', 'https://a/b'],
    ['https://a', 'https://a'],
    ['https://a/b', 'https://a/b'],
    ['https://*/b', 'https://x.y/b'],
    ['https://*.a/*', 'https://x.y.a/b/c'],
    ['https://*.a/*', 'https://x.a/'],
    ['https://*.a:8443/*', 'https://x.a:8443/b'],
    ['https://*.a?*', 'https://x.a?b'],
    ['*://a/*', 'https://a/b'],
    ['*a/b', 'https://a/b'],
    ['*/b', 'https://a/x/b'],
    ['spiffe://td/ns/*/sa/*', 'spiffe://td/ns/a/sa/b'],
    ['spiffe://*.td/*', 'spiffe://a.td/b'],
  ] as const)('"%s": %s', ([pattern, value], { expect }) => {
    expect(outcome(pattern, value)).toBe('allowed')
  })
})

describe('a pattern for URIs does not match', () => {
  it.for([
    ['https://*.a/*', 'https://evil/.a/b'],
    ['https://*.a/*', 'https://evil?.a/b'],
    ['https://*.a/*', 'https://evil#.a/b'],
    ['https://*.a/*', 'https://evil/https://x.a/b'],
    ['https://*.a', 'https://evil/.a'],
    ['https://*/b', 'https://a/x/b'],
    ['https://x*y/*', 'https://x/y/z'],
    ['*://*.a/*', 'https://evil/://x.a/b'],
    ['spiffe://*.td/*', 'spiffe://evil/.td/b'],
    ['spiffe://td/ns/a/*', 'spiffe://td.evil/ns/a/b'],
    ['https://a', 'https://a/b'],
    ['https://a/*', 'https://a'],
    ['https://A/', 'https://a/'],
  ] as const)('"%s": %s', ([pattern, value], { expect }) => {
    expect(outcome(pattern, value)).toBe(
      `name_not_allowed: "URI:${value}" matches none of this client's allowed.uris: "${pattern}"; change the request, or ask the CA's operator`,
    )
  })
})
