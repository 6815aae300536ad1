import { describe, it } from 'vitest'
import {
  ascii,
  constructed,
  extension,
  generalName,
  name,
  nameConstraints,
  NULL,
  octets,
  oid,
  primitive,
  seq,
  subjectAltName,
} from '../../support/x509.ts'
import { type Case, extensionOf, judge, plan } from './judge.ts'

const OID = {
  crl: '2.5.29.31',
  policies: '2.5.29.32',
  noRevAvail: '2.5.29.56',
  access: '1.3.6.1.5.5.7.1.1',
} as const

const CRL = 'http://ca.example.com/issuing.crl'
const CERTIFICATE = 'http://ca.example.com/issuing.cer'
const OCSP = 'http://ocsp.example.com/'
const ALL = { crlUrl: CRL, caIssuersUrl: CERTIFICATE, ocspUrl: OCSP }
const SHORT = { noRevAvail: true, maxDurationSeconds: 3600 }

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const uri = (text: string): Uint8Array => primitive(6, ascii(text))
const crlValue = hex(seq(seq(constructed(0, constructed(0, uri(CRL))))))
const access = (method: number, url: string): Uint8Array =>
  seq(oid(`1.3.6.1.5.5.7.48.${String(method)}`), uri(url))

/** Value in hexadecimal by OID, of extensions that are there; none of them may be critical. */
const found = (given: Case): Readonly<Record<string, string>> => {
  const planned = plan(given)
  return Object.fromEntries(
    Object.entries(OID).flatMap(([key, id]) => {
      const one = extensionOf(planned, id)
      return one === undefined ? [] : [[key, `${one.critical ? 'critical ' : ''}${one.value}`]]
    }),
  )
}

describe('pointers', () => {
  it.for<[string, Case, Readonly<Record<string, string>>]>([
    ['are absent when nothing is published', {}, {}],
    ['name the CRL', { urls: { crlUrl: CRL } }, { crl: crlValue }],
    [
      'name the certificate of the CA',
      { urls: { caIssuersUrl: CERTIFICATE } },
      { access: hex(seq(access(2, CERTIFICATE))) },
    ],
    ['name the OCSP responder', { urls: { ocspUrl: OCSP } }, { access: hex(seq(access(1, OCSP))) }],
    [
      'name all of them',
      { urls: ALL },
      { crl: crlValue, access: hex(seq(access(1, OCSP), access(2, CERTIFICATE))) },
    ],
    [
      'lead to no revocation where there is none (RFC 9608)',
      { urls: ALL, profile: SHORT },
      { access: hex(seq(access(2, CERTIFICATE))), noRevAvail: '0500' },
    ],
    [
      'are absent where there is no revocation and nothing else',
      { urls: { crlUrl: CRL, ocspUrl: OCSP }, profile: SHORT },
      { noRevAvail: '0500' },
    ],
  ])('%s', ([, given, expected], { expect }) => {
    expect(found(given)).toEqual(expected)
  })

  it('are in CA certificates too', ({ expect }) => {
    const given: Case = {
      urls: ALL,
      profile: { isCA: true, requireNameConstraints: false },
      request: { isCA: true, usages: ['cert sign'] },
    }
    expect(Object.keys(found(given))).toEqual(['crl', 'access'])
  })
})

it('certificate policies are those of the profile, in its order', ({ expect }) => {
  const certificatePolicies = ['1.3.6.1.4.1.55555.2', '1.3.6.1.4.1.55555.1']
  expect(found({ profile: { certificatePolicies } })).toEqual({
    policies: hex(seq(...certificatePolicies.map((id) => seq(oid(id))))),
  })
})

it('the order is always the same, and so is what is critical', ({ expect }) => {
  const planned = plan({
    urls: ALL,
    profile: { isCA: true, certificatePolicies: ['1.2.3'] },
    request: { isCA: true, usages: ['cert sign', 'server auth'] },
    csr: {
      subject: name(['CN', 'Sub CA']),
      extensions: [
        nameConstraints(
          [generalName.dns('a.example'), generalName.ip(...new Uint8Array(32))],
          [generalName.ip(...new Uint8Array(8))],
        ),
        subjectAltName(generalName.dns('a.example')),
      ],
    },
  })
  expect(planned.extensions.map(({ oid: id, critical }) => `${id} ${String(critical)}`)).toEqual([
    '2.5.29.19 true',
    '2.5.29.15 true',
    '2.5.29.37 false',
    '2.5.29.14 false',
    '2.5.29.35 false',
    '2.5.29.17 false',
    '2.5.29.31 false',
    '1.3.6.1.5.5.7.1.1 false',
    '2.5.29.32 false',
    '2.5.29.30 true',
  ])
})

const TLS_FEATURE = '1.3.6.1.5.5.7.1.24'
const KEY_ID = '2.5.29.14'

/** A request for one extension; its notices, or the refusals. */
const asking = (
  id: string,
  critical: boolean,
  profile: Readonly<Record<string, unknown>> = {},
): readonly string[] => {
  const judged = judge({ profile, csr: { extensions: [extension(id, NULL, { critical })] } })
  return 'subject' in judged ? judged.ignored : judged
}

const notCertified = (text: string): readonly string[] => [
  `the requested extension ${text} is not copied: this CA does not certify it`,
]
const setItself = (text: string): readonly string[] => [
  `the requested extension ${text} is not copied: this CA sets it itself`,
]
const quoted = (texts: readonly string[]): string => texts.map((text) => `"${text}"`).join(', ')
const critical = (...texts: readonly string[]): string =>
  `extension_not_allowed: the certification request asks for critical extensions that this CA does not certify: ${quoted(texts)}; remove them from the request, or mark them as not critical`
const listed = (...texts: readonly string[]): string =>
  `extension_not_allowed: the certification request asks for extensions that the profile's refusedExtensions list: ${quoted(texts)}; remove them from the request`
const limiting = (...texts: readonly string[]): string =>
  `extension_not_allowed: the certification request asks for extensions that limit a certificate, and this CA does not certify them: ${quoted(texts)}; remove them from the request`

describe('a requested extension that is not certified', () => {
  it.for<[string, string, boolean, Readonly<Record<string, unknown>>, readonly string[]]>([
    ['is ignored with a notice', '1.2.3', false, {}, notCertified('1.2.3')],
    ['is refused where it is critical', '1.2.3', true, {}, [critical('1.2.3')]],
    [
      'is ignored although critical, where the profile says so',
      '1.2.3',
      true,
      { ignoredExtensions: ['1.2.3'] },
      notCertified('1.2.3'),
    ],
    [
      'is refused although not critical, where the profile says so',
      '1.2.3',
      false,
      { refusedExtensions: ['1.2.3'] },
      [listed('1.2.3')],
    ],
    [
      'is refused where the profile says both',
      '1.2.3',
      false,
      { refusedExtensions: ['1.2.3'], ignoredExtensions: ['1.2.3'] },
      [listed('1.2.3')],
    ],
    [
      'is named where it has a name',
      '2.5.29.32',
      false,
      {},
      notCertified('certificatePolicies (2.5.29.32)'),
    ],
    ['may be a template of Microsoft', '1.3.6.1.4.1.311.21.7', false, {}, ['1.3.6.1.4.1.311.21.7']],
    ['may be a comment of Netscape', '2.16.840.1.113730.1.13', false, {}, ['113730.1.13']],
  ])('%s', ([, id, critical, profile, expected], { expect }) => {
    const found = asking(id, critical, profile)
    expect(found).toHaveLength(1)
    if (expected[0]?.includes(' ') === true) expect(found).toEqual(expected)
    else expect(found[0]).toContain(expected[0])
  })

  it.for([true, false])(
    'key identifiers are set by the CA, critical %s',
    (critical, { expect }) => {
      expect(asking(KEY_ID, critical)).toEqual(setItself('subjectKeyIdentifier (2.5.29.14)'))
      expect(asking('2.5.29.35', critical)).toEqual(setItself('authorityKeyIdentifier (2.5.29.35)'))
    },
  )

  it('a key identifier of the request is not that of the certificate', ({ expect }) => {
    const csr = { extensions: [extension(KEY_ID, octets(4, 1, 7))] }
    expect(extensionOf(plan({ csr }), KEY_ID)?.value).toMatch(/^0414[0-9a-f]{40}$/)
  })

  it('key identifiers are refused where the profile says so', ({ expect }) => {
    expect(asking(KEY_ID, false, { refusedExtensions: [KEY_ID] })).toEqual([
      listed('subjectKeyIdentifier (2.5.29.14)'),
    ])
  })

  it('is refused together with all others of its kind', ({ expect }) => {
    const judged = judge({
      profile: { refusedExtensions: ['1.2.5'] },
      csr: {
        extensions: [
          extension('1.2.3', NULL, { critical: true }),
          extension('1.2.4', NULL),
          extension(TLS_FEATURE, NULL),
          extension('1.2.5', NULL),
          extension('1.2.6', NULL, { critical: true }),
          subjectAltName(generalName.dns('a.example')),
        ],
      },
    })
    expect(judged).toEqual([
      listed('1.2.5'),
      limiting('TLS feature (1.3.6.1.5.5.7.1.24)'),
      critical('1.2.3', '1.2.6'),
    ])
  })

  it('is noticed one by one', ({ expect }) => {
    const found = plan({
      csr: {
        extensions: [
          extension('1.2.3', NULL),
          extension(KEY_ID, NULL),
          subjectAltName(generalName.dns('a.example')),
        ],
      },
    })
    expect(found.ignored).toEqual([
      ...notCertified('1.2.3'),
      ...setItself('subjectKeyIdentifier (2.5.29.14)'),
    ])
    expect(found.extensions.map(({ oid: id }) => id)).not.toContain('1.2.3')
  })
})

describe('a requested extension whose absence would give more than was asked', () => {
  it.for([
    ['TLS feature', TLS_FEATURE],
    ['policyConstraints', '2.5.29.36'],
    ['inhibitAnyPolicy', '2.5.29.54'],
  ] as const)('is refused: %s', ([, id], { expect }) => {
    for (const isCritical of [true, false]) {
      const [found = ''] = asking(id, isCritical)
      expect(found).toMatch(/^extension_not_allowed: /)
      expect(found).toContain(id)
      expect(asking(id, isCritical, { ignoredExtensions: [id] })[0]).toContain('is not copied')
    }
  })

  it('is refused: name constraints of a certificate that is not a CA', ({ expect }) => {
    const csr = { extensions: [nameConstraints([generalName.dns('a')])] }
    expect(judge({ csr })).toEqual([limiting('nameConstraints (2.5.29.30)')])
  })
})

it('a profile may refuse even an extension that is certified', ({ expect }) => {
  const names = subjectAltName(generalName.dns('a.example'))
  const given: Case = { csr: { extensions: [names] } }
  expect(judge({ ...given, profile: { refusedExtensions: ['2.5.29.17'] } })).toEqual([
    listed('subjectAltName (2.5.29.17)'),
  ])
  expect(plan(given).ignored).toEqual([])
})
