import { generalName, nameConstraints } from '@edge-issuer/testbed/pki/x509'
/** CA certificates for clients with rules: what they may issue for is inside them. */
import { describe, it } from 'vitest'
import { allowing, type Case, extensionOf, outcomeOf } from '../support/evaluate-request.ts'
import { limited } from '../support/limited.ts'
import {
  ALL_V4,
  ALL_V6,
  aCaRequest,
  certified,
  encoded,
  LAST_V6,
  NET_10,
  NET_10_1,
  NET_11,
  outcome,
} from './ca-request.ts'

const { dns, email, ip, uri } = generalName

const missing = (kind: string): string =>
  `ca_not_allowed: the profile requires CA certificates to be limited in ${kind}, and neither the certification request nor a CA above is; add permitted subtrees, or exclude all ${kind}`
const NO_DNS = missing('DNS names')
const NO_IP = missing('IP addresses')

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
    [
      'adds what the client may request',
      undefined,
      {},
      [dns('acme.internal'), NET_10, LAST_V6],
      [],
    ],
    [
      'permits what is below a domain alone, where the domain itself is not allowed',
      undefined,
      client({ ...ACME, dnsNames: { values: ['*.acme.internal'] } }),
      [dns('.acme.internal'), NET_10, LAST_V6],
      [],
    ],
    [
      'permits every name where that is allowed',
      undefined,
      {
        profile: { ...profile, requireNameConstraints: false },
        ...client({ dnsNames: { values: ['*'] }, ipAddresses: { values: ['*'] } }),
      },
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
      [
        dns('.acme.internal'),
        ip(10, 1, 0, 0, 255, 255, 0, 0),
        ip(10, 2, 3, 4, 255, 255, 255, 255),
        LAST_V6,
      ],
      [],
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
      [dns('b.acme.internal'), NET_10, LAST_V6],
      [dns('c.b.acme.internal')],
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
      [email('a@b'), uri('.a.example'), dns('acme.internal'), NET_10, LAST_V6],
      [email('.c')],
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
    const evaluated = outcomeOf(aCaRequest(undefined, { profile, ...client(ACME) }))
    expect('subject' in evaluated && extensionOf(evaluated, '2.5.29.30')?.critical).toBe(true)
  })
})
