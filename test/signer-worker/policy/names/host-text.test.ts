import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { generalNameToText } from '../../../../shared/src/x509/index.ts'
import { hostOf } from '../../../../signer-worker/src/policy/names/host-text.ts'
import { cases } from '../../../support/property.ts'

const textOf = (text: string): string => {
  const host = hostOf(text)
  return host === undefined ? 'no host' : generalNameToText(host)
}

describe('a host is read in', () => {
  it.for([
    // Names.
    ['web.example', 'DNS:web.example'],
    ['WEB.Example', 'DNS:web.example'],
    ['localhost', 'DNS:localhost'],
    ['alice', 'DNS:alice'],
    ['team-a', 'DNS:team-a'],
    ['a_b', 'DNS:a_b'],
    ['-', 'DNS:-'],
    ['-a-.b', 'DNS:-a-.b'],
    ['a..b', 'DNS:a..b'],
    ['.a', 'DNS:.a'],
    ['web.example.', 'DNS:web.example'],
    ['web.example..', 'DNS:web.example'],
    [' web.example\t', 'DNS:web.example'],
    ['\u00A0web.example\u3000', 'DNS:web.example'],
    // Wildcards, whole and partial, anywhere.
    ['*', 'DNS:*'],
    ['*.example', 'DNS:*.example'],
    ['*.Example.', 'DNS:*.example'],
    ['w*.example', 'DNS:w*.example'],
    ['*w.example', 'DNS:*w.example'],
    ['w*b.example', 'DNS:w*b.example'],
    ['a.*.example', 'DNS:a.*.example'],
    ['*.*', 'DNS:*.*'],
    ['**', 'DNS:**'],
    ['web.*', 'DNS:web.*'],
    // Other scripts.
    ['bücher.example', 'DNS:xn--bcher-kva.example'],
    ['BÜCHER.example', 'DNS:xn--bcher-kva.example'],
    ['bu\u0308cher.example', 'DNS:xn--bcher-kva.example'],
    ['*.bücher.example', 'DNS:*.xn--bcher-kva.example'],
    ['xn--bcher-kva.example', 'DNS:xn--bcher-kva.example'],
    ['XN--bcher-kva.example', 'DNS:xn--bcher-kva.example'],
    ['日本語', 'DNS:xn--wgv71a119e'],
    ['web。example', 'DNS:web.example'],
    ['web．example', 'DNS:web.example'],
    ['web｡example', 'DNS:web.example'],
    ['web.example。', 'DNS:web.example'],
    ['ｗｅｂ.example', 'DNS:web.example'],
    ['ｗｅｂ．ｅｘａｍｐｌｅ', 'DNS:web.example'],
    ['＊.example', 'DNS:*.example'],
    ['we\u00ADb.example', 'DNS:web.example'],
    ['we\u200Bb.example', 'DNS:web.example'],
    ['\uFEFFweb.example', 'DNS:web.example'],
    // IPv4.
    ['10.0.0.1', 'IP:10.0.0.1'],
    [' 10.0.0.1 ', 'IP:10.0.0.1'],
    ['10.0.0.1.', 'IP:10.0.0.1'],
    ['１０.０.０.１', 'IP:10.0.0.1'],
    ['10。0。0。1', 'IP:10.0.0.1'],
    ['0x7f.1', 'IP:127.0.0.1'],
    ['0X7F.1', 'IP:127.0.0.1'],
    ['0x7f000001', 'IP:127.0.0.1'],
    ['0x', 'IP:0.0.0.0'],
    ['127.1', 'IP:127.0.0.1'],
    ['2130706433', 'IP:127.0.0.1'],
    ['0177.0.0.1', 'IP:127.0.0.1'],
    ['0', 'IP:0.0.0.0'],
    ['007', 'IP:0.0.0.7'],
    // What looks like an address, and is none to any program, is left as a name.
    ['10.0.0.256', 'DNS:10.0.0.256'],
    ['999.1.1.1', 'DNS:999.1.1.1'],
    ['1.2.3.4.5', 'DNS:1.2.3.4.5'],
    ['web.1', 'DNS:web.1'],
    ['*.10.0.0.1', 'DNS:*.10.0.0.1'],
    ['10.0.0.*', 'DNS:10.0.0.*'],
    ['10.0.0.1a', 'DNS:10.0.0.1a'],
    // IPv6.
    ['::1', 'IP:::1'],
    ['::', 'IP:::'],
    ['[::1]', 'IP:::1'],
    ['2001:DB8::1', 'IP:2001:db8::1'],
    ['2001:db8:0:0:0:0:0:1', 'IP:2001:db8::1'],
    ['1:2:3:4:5:6:7:8', 'IP:1:2:3:4:5:6:7:8'],
    ['fe80::1%eth0', 'IP:fe80::1'],
    ['[fe80::1%25eth0]', 'IP:fe80::1'],
    ['fe80::1%', 'IP:fe80::1'],
    ['::ffff:10.0.0.1', 'IP:::ffff:a00:1'],
    ['::10.0.0.1', 'IP:::a00:1'],
    ['2001:db8::1.', 'IP:2001:db8::1'],
    [' [::1] ', 'IP:::1'],
  ] as const)('"%s": %s', ([text, expected], { expect }) => {
    expect(textOf(text)).toBe(expected)
  })
})

describe('no host is read in', () => {
  it.for([
    '',
    ' ',
    '.',
    '。',
    'My App',
    '株式会社\u3000テスト',
    'web\u00A0.example',
    'Alice Example',
    'web .example',
    'web.exa\tmple',
    'me@a.example',
    'system:node:x',
    'system:serviceaccount:a:b',
    'web.example:443',
    '10.0.0.1:443',
    '[::1]:443',
    'https://web.example/',
    'spiffe://a/b',
    'web.example/a',
    'web\\example',
    'web#example',
    'web?example',
    'web%2eexample',
    'CN=web',
    'a+b',
    'a,b',
    "o'neil",
    '(a)',
    '[web.example]',
    '[10.0.0.1]',
    '1:2:3',
    '::1::',
    ':1',
    '1:2:3:4:5:6:7:8:9',
    '::g',
    '::1/64',
    '::1]/x',
    '[a:b@[::1',
    ':]@web.example:80#',
    ']@web.example:80#',
  ])('"%s"', (text, { expect }) => {
    expect(textOf(text)).toBe('no host')
  })
})

describe('a text', () => {
  const characters = Array.from(
    ' .:*-_[]%/@#?\\0123456789abxXzäß。．１*\u00AD\u200B\u3000\u{1F600}',
  )
  const anyText = fc.oneof(
    fc.string({ unit: fc.constantFrom(...characters), maxLength: 24 }),
    fc.string({ unit: 'binary', maxLength: 24 }),
  )

  it('never fails, and is read as a name without capitals or as an address', ({ expect }) => {
    fc.assert(
      fc.property(anyText, (text) => {
        const host = hostOf(text)
        if (host === undefined) return
        if (host.kind === 'ip') expect([4, 16]).toContain(host.bytes.length)
        else {
          expect(host.kind).toBe('dns')
          expect(generalNameToText(host)).toMatch(/^DNS:[^A-Z\s]+$/)
        }
      }),
      cases(5000),
    )
  })

  it('is read in the same way in another case, with blanks around it and a dot after it', ({
    expect,
  }) => {
    fc.assert(
      fc.property(anyText, (text) => {
        const expected = textOf(text)
        expect(textOf(` ${text} `)).toBe(expected)
        if (expected === 'no host') return
        expect(textOf(`${text.trimEnd()}.`)).toBe(expected)
        if (/^\p{ASCII}*$/u.test(text)) expect(textOf(text.toUpperCase())).toBe(expected)
      }),
      cases(5000),
    )
  })

  it('is read as URL parsers read it, where they find a host', ({ expect }) => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom(...Array.from('.*-_01289abxzXZäß。．１')),
          minLength: 1,
        }),
        (text) => {
          const url = `http://${text}/`
          if (!URL.canParse(url)) return
          const { hostname } = new URL(url)
          const host = hostname.replace(/\.$/, '')
          // An empty label at the end is in no name that is looked up.
          if (host !== '' && !host.endsWith('.'))
            expect(textOf(text).replace(/^(DNS|IP):/, '')).toBe(host)
        },
      ),
      cases(5000),
    )
  })
})
