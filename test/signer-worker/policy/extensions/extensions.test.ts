import {
  ascii,
  constructed,
  generalName,
  name,
  nameConstraints,
  oid,
  primitive,
  seq,
  subjectAltName,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { type Case, extensionOf, plan } from '../support/evaluate-request.ts'

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

describe('where the CA publishes', () => {
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
          [generalName.dns('a.example'), generalName.ip(10, 0, 0, 0, 255, 0, 0, 0)],
          [generalName.ip(...new Uint8Array(32))],
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
