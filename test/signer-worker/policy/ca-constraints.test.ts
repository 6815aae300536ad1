import { describe, it } from 'vitest'
import { constructed, extension, generalName, nameConstraints, seq } from '../../support/x509.ts'
import { allowing, type Case, extensionOf, judge } from './judge.ts'
import { limited } from './limited.ts'

const { dns, email, ip, uri } = generalName

const CA_PROFILE = { isCA: true, requireNameConstraints: false }

const aCaRequest = (asked: Uint8Array | undefined, given: Case = {}): Case => ({
  profile: CA_PROFILE,
  request: { isCA: true, usages: ['cert sign'] },
  ...(asked === undefined ? {} : { csr: { extensions: [asked] } }),
  ...given,
})

const outcome = (given: Case): string => {
  const judged = judge(given)
  return 'subject' in judged ? 'ok' : judged.join('\n')
}

describe('name constraints of a CA certificate', () => {
  it('are critical whatever was asked for, and last', ({ expect }) => {
    const value = seq(constructed(0, seq(dns('a.example'))))
    for (const critical of [true, false]) {
      const judged = judge(aCaRequest(extension('2.5.29.30', value, { critical })))
      if (!('subject' in judged)) throw new Error(judged.join())
      expect(extensionOf(judged, '2.5.29.30')).toEqual({
        critical: true,
        value: Buffer.from(value).toString('hex'),
      })
      expect(judged.extensions.at(-1)?.oid).toBe('2.5.29.30')
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

const zeros = (count: number): readonly number[] => Array.from({ length: count }, () => 0)
const NET_10 = ip(10, 0, 0, 0, 255, 0, 0, 0)
const NET_10_1 = ip(10, 1, 0, 0, 255, 255, 0, 0)
const NET_11 = ip(11, 0, 0, 0, 255, 0, 0, 0)
const NET_V6 = ip(0xfd, ...zeros(15), 0xff, ...zeros(15))
const ALL_V4 = ip(0, 0, 0, 0, 0, 0, 0, 0)
const ALL_V6 = ip(...new Uint8Array(32))

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

  it('is told with those that it is outside of, each by itself', ({ expect }) => {
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
    [
      'DNS',
      dns('*.a'),
      '"DNS:*.a" has a "*", which stands for no other characters in a constraint',
    ],
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

/** nameConstraints of the certificate in hexadecimal, `none`, or the refusals. */
const certified = (given: Case): string => {
  const judged = judge(given)
  if (!('subject' in judged)) return judged.join('\n')
  return extensionOf(judged, '2.5.29.30')?.value ?? 'none'
}

const encoded = (permitted: readonly Uint8Array[], excluded: readonly Uint8Array[]): string => {
  const lists = [permitted, excluded].flatMap((list, number) =>
    list.length === 0 ? [] : [constructed(number, ...list.map((base) => seq(base)))],
  )
  return Buffer.from(seq(...lists)).toString('hex')
}

const REQUIRED = { isCA: true }
const missing = (kind: string): string =>
  `ca_not_allowed: the profile requires CA certificates to be limited in ${kind}, and neither the certification request nor a CA above is; add permitted subtrees, or exclude all ${kind}`
const NO_DNS = missing('DNS names')
const NO_IP = missing('IP addresses')

describe('a profile that requires name constraints', () => {
  const both = limited([dns('a.example'), NET_10])
  const excluding = limited([], [dns(''), ALL_V4, ALL_V6])

  it.for<[string, Case, string]>([
    ['refuses a CA without', aCaRequest(undefined), `${NO_DNS}\n${NO_IP}`],
    ['refuses one with DNS names alone', aCaRequest(nameConstraints([dns('a.example')])), NO_IP],
    ['refuses one with addresses alone', aCaRequest(nameConstraints([NET_10])), NO_DNS],
    [
      'refuses one that excludes some names and addresses',
      aCaRequest(nameConstraints([], [dns('a.example'), NET_10])),
      `${NO_DNS}\n${NO_IP}`,
    ],
    [
      'refuses one that excludes one family of addresses alone',
      aCaRequest(nameConstraints([dns('a.example')], [ALL_V4])),
      NO_IP,
    ],
    [
      'refuses one with email alone',
      aCaRequest(nameConstraints([email('a')])),
      `${NO_DNS}\n${NO_IP}`,
    ],
    ['allows one with both', aCaRequest(nameConstraints([dns('a.example'), NET_10])), 'ok'],
    [
      'allows one that excludes all addresses',
      aCaRequest(nameConstraints([dns('a.example')], [ALL_V4, ALL_V6])),
      'ok',
    ],
    [
      'allows one that excludes all DNS names',
      aCaRequest(nameConstraints([NET_10], [dns('')])),
      'ok',
    ],
    [
      'allows one that excludes everything',
      aCaRequest(nameConstraints([], [dns(''), ALL_V4, ALL_V6])),
      'ok',
    ],
    ['allows one under a CA with both', aCaRequest(undefined, { ca: both }), 'ok'],
    ['allows one under a CA that excludes both', aCaRequest(undefined, { ca: excluding }), 'ok'],
    [
      'allows one under a root with both',
      aCaRequest(undefined, { ca: limited([], [dns('b.a.example')], both) }),
      'ok',
    ],
    [
      'allows one that adds what the CA above does not have',
      aCaRequest(nameConstraints([NET_10]), { ca: limited([dns('a.example')]) }),
      'ok',
    ],
    [
      'refuses one under a CA that excludes some',
      aCaRequest(undefined, { ca: limited([], [dns('a.example'), NET_10]) }),
      `${NO_DNS}\n${NO_IP}`,
    ],
    ['does not concern a leaf', { profile: REQUIRED }, 'ok'],
  ])('%s', ([, given, expected], { expect }) => {
    const rules = given.request?.isCA === true ? { profile: REQUIRED } : {}
    expect(outcome({ ...given, ...rules })).toBe(expected)
  })

  it.for<[string, Case, readonly Uint8Array[], readonly Uint8Array[]]>([
    [
      'IPv4 alone is permitted',
      aCaRequest(nameConstraints([dns('a.example'), NET_10])),
      [dns('a.example'), NET_10],
      [ALL_V6],
    ],
    [
      'IPv6 alone is permitted',
      aCaRequest(nameConstraints([dns('a.example'), NET_V6], [dns('b.a.example')])),
      [dns('a.example'), NET_V6],
      [dns('b.a.example'), ALL_V4],
    ],
    [
      'the CA above permits IPv4 alone',
      aCaRequest(nameConstraints([dns('a.example')]), { ca: limited([NET_10]) }),
      [dns('a.example')],
      [ALL_V6],
    ],
  ])(
    'excludes the other family of addresses, which GnuTLS would accept, where %s',
    ([, given, permitted, excluded], { expect }) => {
      expect(certified({ ...given, profile: REQUIRED })).toBe(encoded(permitted, excluded))
    },
  )

  it.for<[string, Case, readonly Uint8Array[], readonly Uint8Array[]]>([
    [
      'both families are permitted',
      aCaRequest(nameConstraints([dns('a.example'), NET_10, NET_V6]), { profile: REQUIRED }),
      [dns('a.example'), NET_10, NET_V6],
      [],
    ],
    [
      'the other is excluded',
      aCaRequest(nameConstraints([dns('a.example'), NET_10], [ALL_V6]), { profile: REQUIRED }),
      [dns('a.example'), NET_10],
      [ALL_V6],
    ],
    [
      'the CA above excludes the other',
      aCaRequest(nameConstraints([dns('a.example'), NET_10]), {
        profile: REQUIRED,
        ca: limited([], [ALL_V6]),
      }),
      [dns('a.example'), NET_10],
      [],
    ],
    [
      'nothing limits the client',
      aCaRequest(nameConstraints([dns('a.example'), NET_10])),
      [dns('a.example'), NET_10],
      [],
    ],
  ])('adds nothing where %s', ([, given, permitted, excluded], { expect }) => {
    expect(certified(given)).toBe(encoded(permitted, excluded))
  })
})

const client = (rules: Readonly<Record<string, unknown>>): Pick<Case, 'client'> => ({
  client: allowing(rules),
})
const ACME = {
  dnsNames: { values: ['*.acme.internal', 'acme.internal'] },
  ipAddresses: { values: ['10.*'] },
}
const beyond = (words: string, member: string): string =>
  `ca_not_allowed: the CA certificate could issue for ${words} that this client's ${member} do not allow; add name constraints inside them to the request, or ask the CA's operator`
const BEYOND_DNS = beyond('DNS names', 'allowed.dnsNames')
const BEYOND_IP = beyond('IP addresses', 'allowed.ipAddresses')
const outside = (base: string, member: string): string =>
  `extension_not_allowed: the name constraint "${base}" permits names that this client's ${member} do not allow; change the request, or ask the CA's operator`

describe('a CA certificate for a client with rules', () => {
  it.for<[string, Uint8Array | undefined, Case, string]>([
    [
      'with subtrees inside them is allowed',
      nameConstraints([dns('acme.internal'), NET_10]),
      {},
      'ok',
    ],
    [
      'with smaller ones is allowed',
      nameConstraints([dns('.b.acme.internal'), NET_10_1]),
      {},
      'ok',
    ],
    [
      'with a DNS subtree outside is refused',
      nameConstraints([dns('acme.internal'), dns('evil.com'), NET_10]),
      {},
      `${outside('DNS:evil.com', 'allowed.dnsNames')}\n${BEYOND_DNS}`,
    ],
    [
      'with a DNS subtree above is refused',
      nameConstraints([dns('internal'), NET_10]),
      {},
      `${outside('DNS:internal', 'allowed.dnsNames')}\n${BEYOND_DNS}`,
    ],
    [
      'with a range outside is refused',
      nameConstraints([dns('acme.internal'), NET_11]),
      {},
      `${outside('IP:11.0.0.0/255.0.0.0', 'allowed.ipAddresses')}\n${BEYOND_IP}`,
    ],
    ['without subtrees is refused', undefined, {}, `${BEYOND_DNS}\n${BEYOND_IP}`],
    ['without ranges is refused', nameConstraints([dns('acme.internal')]), {}, BEYOND_IP],
    [
      'with all addresses excluded is allowed',
      nameConstraints([dns('acme.internal')], [ALL_V4, ALL_V6]),
      {},
      'ok',
    ],
    [
      'under a CA that is limited to what they allow is allowed',
      undefined,
      { ca: limited([dns('b.acme.internal'), NET_10_1]) },
      'ok',
    ],
    [
      'with subtrees inside them is allowed, whatever the CA above permits',
      nameConstraints([dns('acme.internal'), NET_10]),
      { ca: limited([dns('internal'), ALL_V4]) },
      'ok',
    ],
    [
      'may exclude what it will',
      nameConstraints([dns('acme.internal'), NET_10], [dns('evil.com'), NET_11]),
      {},
      'ok',
    ],
    [
      'that may have any name is allowed',
      undefined,
      client({ dnsNames: { values: ['*'] }, ipAddresses: { values: ['*'] } }),
      'ok',
    ],
    [
      'that may have no address is refused without an exclusion',
      nameConstraints([dns('acme.internal')]),
      client({ ...ACME, ipAddresses: undefined }),
      BEYOND_IP,
    ],
  ])('%s', ([, asked, given, expected], { expect }) => {
    expect(outcome(aCaRequest(asked, { ...client(ACME), ...given }))).toBe(expected)
  })
})

describe('permittedFromClient', () => {
  const profile = { isCA: true, nameConstraints: { permittedFromClient: true } }

  it.for<[string, Uint8Array | undefined, Case, readonly Uint8Array[], readonly Uint8Array[]]>([
    ['adds what the client may request', undefined, {}, [dns('acme.internal'), NET_10], [ALL_V6]],
    [
      'permits what is below a domain alone, where the domain itself is not allowed',
      undefined,
      client({ ...ACME, dnsNames: { values: ['*.acme.internal'] } }),
      [dns('.acme.internal'), NET_10],
      [ALL_V6],
    ],
    [
      'permits every name where that is allowed',
      undefined,
      client({ dnsNames: { values: ['*'] }, ipAddresses: { values: ['*'] } }),
      [dns(''), ALL_V4, ALL_V6],
      [],
    ],
    [
      'leaves out what no subtree can express',
      undefined,
      client({
        dnsNames: { values: ['*.acme.internal', 'web-*.b.internal', 'c.internal', '*.d e'] },
        ipAddresses: { values: ['10.1.*', '10.2.3.4', '10.3*', '300.*', 'fd00:*'] },
      }),
      [dns('.acme.internal'), ip(10, 1, 0, 0, 255, 255, 0, 0), ip(10, 2, 3, 4, 255, 255, 255, 255)],
      [ALL_V6],
    ],
    [
      'excludes a kind of which nothing can be expressed',
      undefined,
      client({ dnsNames: { values: ['web-*'] }, ipAddresses: undefined }),
      [],
      [dns(''), ALL_V4, ALL_V6],
    ],
    [
      'leaves a kind as it is where the request limits it',
      nameConstraints([dns('b.acme.internal')], [dns('c.b.acme.internal')]),
      {},
      [dns('b.acme.internal'), NET_10],
      [dns('c.b.acme.internal'), ALL_V6],
    ],
    [
      'leaves a kind as it is where the request excludes all of it',
      nameConstraints([], [ALL_V4, ALL_V6]),
      client({ ...ACME, ipAddresses: undefined }),
      [dns('acme.internal')],
      [ALL_V4, ALL_V6],
    ],
    [
      'leaves other kinds as the request has them',
      nameConstraints([email('a@b'), uri('.a.example')], [email('.c')]),
      {},
      [email('a@b'), uri('.a.example'), dns('acme.internal'), NET_10],
      [email('.c'), ALL_V6],
    ],
  ])('%s', ([, asked, given, permitted, excluded], { expect }) => {
    const found = certified(aCaRequest(asked, { profile, ...client(ACME), ...given }))
    expect(found).toBe(encoded(permitted, excluded))
  })

  it('still refuses subtrees outside what the client may request', ({ expect }) => {
    const asked = nameConstraints([dns('evil.com')])
    expect(certified(aCaRequest(asked, { profile, ...client(ACME) }))).toBe(
      `${outside('DNS:evil.com', 'allowed.dnsNames')}\n${BEYOND_DNS}`,
    )
  })

  it('adds nothing for a client without rules', ({ expect }) => {
    const free = { ...profile, requireNameConstraints: false }
    expect(certified(aCaRequest(undefined, { profile: free }))).toBe('none')
    expect(certified(aCaRequest(undefined, { profile }))).toBe(`${NO_DNS}\n${NO_IP}`)
  })

  it('adds the constraints as critical', ({ expect }) => {
    const judged = judge(aCaRequest(undefined, { profile, ...client(ACME) }))
    expect('subject' in judged && extensionOf(judged, '2.5.29.30')?.critical).toBe(true)
  })
})
