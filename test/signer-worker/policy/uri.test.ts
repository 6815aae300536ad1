import { describe, it } from 'vitest'
import { uriDnsHost, uriFault } from '../../../signer-worker/src/policy/uri.ts'

describe('a URI', () => {
  it.for([
    ['https://a.example/b?c#d', 'ok'],
    ['https://user@a.example:8443/', 'ok'],
    ['https://[2001:db8::1]:8443/', 'ok'],
    ['https://10.0.0.1/', 'ok'],
    ['urn:uuid:1', 'ok'],
    ['file:///a', 'has an authority without a host'],
    ['https://:8443/', 'has an authority without a host'],
    ['file:/a', 'ok'],
    ['a:%41', 'ok'],
    ['spiffe://a.example', 'ok'],
    ['spiffe://cluster.local/ns/a/sa/b.c_d-E', 'ok'],
    [`a:${'b'.repeat(2046)}`, 'ok'],
    [`a:${'b'.repeat(2047)}`, 'has 2049 characters; 2048 are the most'],
    ['', 'is not an absolute URI (RFC 3986)'],
    ['a', 'is not an absolute URI (RFC 3986)'],
    ['//a.example', 'is not an absolute URI (RFC 3986)'],
    ['1a:b', 'is not an absolute URI (RFC 3986)'],
    ['a:', 'is not an absolute URI (RFC 3986)'],
    ['a:b c', 'is not an absolute URI (RFC 3986)'],
    ['a:"', 'is not an absolute URI (RFC 3986)'],
    ['a:%4', 'is not an absolute URI (RFC 3986)'],
    ['a:%4g', 'is not an absolute URI (RFC 3986)'],
    ['https://a..example/', 'has a host that is neither a DNS name nor an IP address'],
    ['https://a.example./', 'has a host that is neither a DNS name nor an IP address'],
    ['https://*.example/', 'has a host that is neither a DNS name nor an IP address'],
    ['https://a.example:b/', 'has an authority that is not [user@]host[:port]'],
    ['https://a@b@c/', 'has an authority that is not [user@]host[:port]'],
    ['https://[::1/', 'has an authority that is not [user@]host[:port]'],
    ['spiffe://A.example/b', 'is not a SPIFFE ID'],
    ['SPIFFE://a.example/b', 'is not a SPIFFE ID'],
    ['spiffe:a', 'is not a SPIFFE ID'],
    ['spiffe:///b', 'is not a SPIFFE ID'],
    ['spiffe://a:8443/b', 'is not a SPIFFE ID'],
    ['spiffe://u@a/b', 'is not a SPIFFE ID'],
    ['spiffe://a/b?c', 'is not a SPIFFE ID'],
    ['spiffe://a/b#c', 'is not a SPIFFE ID'],
    ['spiffe://a/', 'is not a SPIFFE ID'],
    ['spiffe://a//b', 'is not a SPIFFE ID'],
    ['spiffe://a/../b', 'is not a SPIFFE ID'],
    ['spiffe://a/b/.', 'is not a SPIFFE ID'],
    ['spiffe://a/%41', 'is not a SPIFFE ID'],
  ] as const)('"%s": %s', ([uri, expected], { expect }) => {
    expect((uriFault(uri) ?? 'ok').slice(0, expected.length)).toBe(expected)
  })
})

describe('the host that a name constraint speaks of', () => {
  it.for([
    ['https://a.example', 'a.example'],
    ['https://A.example:8443/b', 'A.example'],
    ['https://u@a.example/', undefined],
    ['https://u:p@a.example/', undefined],
    ['https://a.example?b', undefined],
    ['https://a.example#b', undefined],
    ['https://a.example/?b@c', 'a.example'],
    ['spiffe://a.example/b', 'a.example'],
    ['urn:a.example', undefined],
    ['a:/b//c.example', undefined],
    ['file:///b', undefined],
    ['https://10.0.0.1/', undefined],
    ['https://[::1]/', undefined],
  ] as const)('of "%s" is %s', ([uri, expected], { expect }) => {
    expect(uriDnsHost(uri)).toBe(expected)
  })
})
