import {
  type Authority,
  authorityExtensions,
  basicConstraints,
  commonName,
  generalName,
  keyUsage,
  makeAuthority,
  makeKey,
  nameConstraints,
  octets,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import {
  loadConfig,
  parseConfig,
  type Issuer,
  signingAuthority,
} from '../../../signer-worker/src/config/exports.ts'
import { aCa, aConfig, anIssuer, faultsOf, issuing, NOW_MS, readSecret } from '../support/config.ts'

/** A CA under a root of its own, with extensions of the caller's. */
function another(name: string, options: Parameters<typeof makeAuthority>[0] = {}): Authority {
  const issuer = makeAuthority({ key: makeKey('P-256'), subject: commonName(`${name} Root`) })
  return makeAuthority({ key: makeKey('P-256'), subject: commonName(name), issuer, ...options })
}

const A = issuing
const B = another('B')
const C = another('C')
/** Under the root of B. */
const sibling = another('D', { issuer: B })

const expired = another('Old', { notAfter: new Date('2026-01-01T00:00:00Z') })
const early = another('Young', { notBefore: new Date('2027-01-01T00:00:00Z') })

const KEYS = new Map(
  Object.entries({ B, C, D: sibling, OLD: expired, YOUNG: early }).map(([name, { key }]) => [
    name,
    key.privateKeyPem,
  ]),
)
const secrets = (name: string): string | undefined => KEYS.get(name) ?? readSecret(name)

type Entry = Readonly<Record<string, unknown>>

const active = aCa()
const next = (authority: Authority, keySecret: string, more: Entry = {}): Entry =>
  aCa({ state: 'next', chain: authority.chainPem, keySecret, ...more })
const retiring = (authority: Authority, more: Entry = {}): Entry => ({
  state: 'retiring',
  chain: authority.chainPem,
  ...more,
})

const text = (keys: readonly Entry[], profile: Entry = {}): string =>
  JSON.stringify(
    aConfig({ issuers: { default: anIssuer({}, ...keys) }, profiles: { default: profile } }),
  )

const issuerOf = (...keys: readonly Entry[]): Issuer => {
  const loaded = loadConfig(text(keys), secrets)
  const issuer = loaded.ok ? loaded.value.issuers.get('default') : undefined
  if (issuer === undefined) throw new Error(JSON.stringify(loaded))
  return issuer
}

/** Place and message of each fault. */
const faults = (keys: readonly Entry[], profile: Entry = {}): readonly string[] => {
  const parsed = parseConfig(text(keys, profile), secrets, NOW_MS)
  return parsed.ok ? [] : parsed.error.map(({ path, message }) => `${path}: ${message}`)
}

describe('an issuer', () => {
  it('has every CA in order, the active one apart, and each root once', ({ expect }) => {
    const issuer = issuerOf(retiring(C), next(B, 'B'), active, next(sibling, 'D'))
    expect(issuer.authorities.map(({ ca, key, state }) => [ca.subjectText, state, !!key])).toEqual([
      ['CN=C', 'retiring', false],
      ['CN=B', 'next', true],
      ['CN=Issuing', 'active', true],
      ['CN=D', 'next', true],
    ])
    expect(issuer.active.ca.subjectText).toBe('CN=Issuing')
    const roots = [A, C, B].map(({ chainPem, pem }) => chainPem.slice(pem.length))
    expect(issuer.roots).toEqual(roots)
  })

  it('signs a plan for any CA of its own that has its key', ({ expect }) => {
    const issuer = issuerOf(active, retiring(B, { keySecret: 'B' }), retiring(C))
    const found = issuer.authorities.map(({ ca }) => signingAuthority(issuer, ca.sha256)?.ca)
    expect(found.map((ca) => ca?.subjectText)).toEqual(['CN=Issuing', 'CN=B', undefined])
    expect(signingAuthority(issuer, '0'.repeat(64))).toBeUndefined()
  })
})

const bare = another('B', {
  extensions: Object.values({ ...authorityExtensions(octets(1)), keyUsage: keyUsage(5) }),
})
const CRL_URL = 'http://ca.example.com/b.crl'

describe('authorities', () => {
  it.for<[string, readonly Entry[], readonly string[]]>([
    [
      'none active',
      [next(B, 'B'), retiring(C)],
      ['/issuers/default/authorities: must have exactly one whose state is active, and has 0'],
    ],
    [
      'two active',
      [active, next(B, 'B', { state: 'active' })],
      ['/issuers/default/authorities: must have exactly one whose state is active, and has 2'],
    ],
    [
      'an unknown state',
      [active, next(B, 'B', { state: 'revoked' })],
      [
        '/issuers/default/authorities/1/state: Invalid option: expected one of "next"|"active"|"retiring"',
      ],
    ],
    [
      'a next one without its key',
      [active, next(B, 'B', { keySecret: undefined })],
      [
        '/issuers/default/authorities/1/keySecret: is missing: a CA that is next must be able to sign',
      ],
    ],
    [
      'a retiring one with the key of another',
      [active, retiring(B, { keySecret: 'C' })],
      [
        '/issuers/default/authorities/1/keySecret: the secret "C" does not belong to the issuing CA\'s certificate (CN=B)',
      ],
    ],
    [
      'one CA twice',
      [active, next(B, 'B'), retiring(A)],
      ['/issuers/default/authorities/2/chain: has the same issuing CA as authorities/0'],
    ],
    [
      'a CRL of a CA that may sign none',
      [active, retiring(bare, { crlUrl: CRL_URL })],
      [
        '/issuers/default/authorities/1/crlUrl: must be absent: the issuing CA lacks cRLSign in its keyUsage, so verifiers must not accept its CRLs',
      ],
    ],
    ['the shape of an issuer with one CA', [active, retiring(B), retiring(C)], []],
  ])('%s', ([, keys, expected], { expect }) => {
    expect(faults(keys)).toEqual(expected)
  })

  it.for([
    ['https://ca.example.com/a.crl', 'must begin with http://'],
    ['http://ca.example.com/a b', 'absolute URL in ASCII'],
    ['http://ca.example.com/ü', 'absolute URL in ASCII'],
    ['http://me@ca.example.com/', 'absolute URL in ASCII'],
    ['http://ca.example.com/#a', 'absolute URL in ASCII'],
    ['http://', 'absolute URL in ASCII'],
    ['http://[::1/', 'absolute URL in ASCII'],
  ])('the URL %s is none to publish at', ([url, expected], { expect }) => {
    for (const member of ['crlUrl', 'caIssuersUrl', 'ocspUrl']) {
      const found = faults([aCa({ [member]: url })])
      expect(found.join()).toContain(`/issuers/default/authorities/0/${member}: `)
      expect(found.join()).toContain(expected)
    }
  })
})

describe('the time of a CA', () => {
  it.for<[string, readonly Entry[], string]>([
    ['a next one may begin later', [active, next(early, 'YOUNG')], ''],
    [
      'a next one that is over',
      [active, next(expired, 'OLD')],
      '/issuers/default/authorities/1/chain: the issuing CA "CN=Old" expired at 2026-01-01T00:00:00Z; the CA\'s operator must renew it',
    ],
    [
      'an active one that begins later',
      [aCa({ chain: early.chainPem, keySecret: 'YOUNG' })],
      '/issuers/default/authorities/0/chain: the issuing CA "CN=Young" is valid only from 2027-01-01T00:00:00Z',
    ],
    [
      'a retiring one that is over, and to be removed',
      [active, retiring(expired)],
      '/issuers/default/authorities/1/chain: the issuing CA "CN=Old" expired at 2026-01-01T00:00:00Z, and every certificate of it by then; remove it',
    ],
  ])('%s', ([, keys, expected], { expect }) => {
    expect(faults(keys).join('\n')).toBe(expected)
    // Whatever is reported to the operator, the worker continues.
    expect(loadConfig(text(keys), secrets).ok).toBe(true)
  })
})

const limited = (extensions: Readonly<Record<string, Uint8Array>>): Authority =>
  another('B', {
    key: B.key,
    extensions: Object.values({ ...authorityExtensions(octets(1)), ...extensions }),
  })

describe('a profile', () => {
  const last = limited({ basicConstraints: basicConstraints(true, 0) })
  const { dns, ip } = generalName
  const noDns = limited({ names: nameConstraints([], [dns('')]) })
  const apart = another('B', {
    key: B.key,
    issuer: limited({ names: nameConstraints([dns('a.example')]) }),
    extensions: Object.values({
      ...authorityExtensions(octets(1)),
      names: nameConstraints([dns('b.example')], [ip(...new Uint8Array(8))]),
    }),
  })

  it.for<[string, readonly Entry[], Entry, string]>([
    [
      'for CA certificates does not fit a next CA of path length 0',
      [active, next(last, 'B')],
      { isCA: true },
      '/issuers/default/profiles/0: profile "default" makes CA certificates of path length 0, but path length 0 of the issuing CA "CN=B" leaves no room for them',
    ],
    ['need not fit one that is retiring', [active, retiring(last)], { isCA: true }, ''],
    [
      'of DNS names alone does not fit a CA that excludes all of them',
      [active, next(noDns, 'B')],
      { subjectAltNames: ['dns'] },
      '/issuers/default/profiles/0: profile "default" allows only names of kind "dns", and the name constraints of the issuing CA "CN=B" leave none of them',
    ],
    [
      'does not fit a CA that permits nothing that its root permits',
      [active, next(apart, 'B')],
      { subjectAltNames: ['dns'] },
      '/issuers/default/profiles/0: profile "default" allows only names of kind "dns", and the name constraints of the issuing CA "CN=B" leave none of them',
    ],
    ['of other names too fits', [active, next(apart, 'B')], { subjectAltNames: ['dns', 'ip'] }, ''],
    ['without names fits every CA', [active, next(apart, 'B')], { subjectAltNames: [] }, ''],
  ])('%s', ([, keys, profile, expected], { expect }) => {
    expect(faults(keys, profile).join('\n')).toBe(expected)
  })
})

it('errors of a CA are reported without its key at hand', ({ expect }) => {
  const last = limited({ basicConstraints: basicConstraints(true, 0) })
  const paths = faultsOf(text([active, next(last, 'ABSENT')], { isCA: true })).map(
    ({ path }) => path,
  )
  expect(paths).toEqual(['/issuers/default/authorities/1/keySecret', '/issuers/default/profiles/0'])
})
