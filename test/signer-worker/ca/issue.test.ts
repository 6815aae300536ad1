import { X509Certificate } from 'node:crypto'
import {
  aKey,
  type Authority,
  commonName,
  generalName,
  type KeyType,
  makeAuthority,
  name,
  NULL,
  oid,
  seq,
  subjectAltName,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { parseCertificate } from '../../../shared/src/x509/index.ts'
import { issueCertificate } from '../../../signer-worker/src/ca/issue.ts'
import { loadIssuingKey } from '../../../signer-worker/src/ca/issuing-ca.ts'
import { ledgerNumberOf, newSerialNumber } from '../../../signer-worker/src/ca/serial.ts'
import type { CertificatePlan } from '../../../signer-worker/src/model/certificate-plan.ts'
import { type Case, issuingCa, plan } from '../policy/support/evaluate-request.ts'

const KEY_TYPES: readonly KeyType[] = [
  'RSA-2048',
  'RSA-3072',
  'RSA-4096',
  'P-256',
  'P-384',
  'P-521',
  'Ed25519',
]

const issue = (
  authority: Authority,
  given: Case,
  serialNumber = newSerialNumber(1),
): Uint8Array => {
  const ca = issuingCa(authority)
  const key = loadIssuingKey(ca, authority.key.privateKeyPem)
  if (!key.ok) throw new Error(key.error)
  return issueCertificate(plan({ ...given, ca: authority }), ca, { key: key.value, serialNumber })
}

describe('a certificate', () => {
  it.for(KEY_TYPES)('under a CA key of kind %s is signed by it', (type, { expect }) => {
    const authority = makeAuthority({ key: aKey(type) })
    const certificate = new X509Certificate(issue(authority, {}))
    const ca = new X509Certificate(authority.der)
    expect(certificate.verify(ca.publicKey)).toBe(true)
    expect(certificate.checkIssued(ca)).toBe(true)
  })

  it.for<[KeyType, Uint8Array]>([
    ['RSA-2048', seq(oid('1.2.840.113549.1.1.11'), NULL)],
    ['RSA-3072', seq(oid('1.2.840.113549.1.1.12'), NULL)],
    ['RSA-4096', seq(oid('1.2.840.113549.1.1.13'), NULL)],
    ['P-256', seq(oid('1.2.840.10045.4.3.2'))],
    ['P-384', seq(oid('1.2.840.10045.4.3.3'))],
    ['P-521', seq(oid('1.2.840.10045.4.3.4'))],
    ['Ed25519', seq(oid('1.3.101.112'))],
  ])('under a CA key of kind %s says its algorithm twice', ([type, identifier], { expect }) => {
    const der = Buffer.from(issue(makeAuthority({ key: aKey(type) }), {}))
    const first = der.indexOf(identifier)
    const last = der.lastIndexOf(identifier)
    expect(first).toBeGreaterThan(0)
    expect(last).toBeGreaterThan(first)
  })

  it('says what the plan says', ({ expect }) => {
    const authority = makeAuthority()
    const given = { csr: { extensions: [subjectAltName(generalName.dns('a.example'))] } }
    const serialNumber = newSerialNumber(1)
    const wanted = plan({ ...given, ca: authority })
    const parsed = parseCertificate(issue(authority, given, serialNumber))
    if (!parsed.ok) throw new Error(parsed.error.message)
    const { extensions, ...found } = parsed.value
    expect(extensions.list).toEqual(wanted.extensions)
    expect(found).toMatchObject({
      serialNumber,
      issuer: { raw: authority.subject },
      subject: { raw: wanted.subject },
      publicKey: { raw: wanted.spki },
      notBeforeMs: wanted.notBeforeSeconds * 1000,
      notAfterMs: wanted.notAfterSeconds * 1000,
    })
  })

  it('is the same octets again, where the signature is not random', ({ expect }) => {
    const authority = makeAuthority({ key: aKey('Ed25519') })
    const serialNumber = newSerialNumber(1)
    const given = { csr: { key: aKey('RSA-2048') } }
    expect(issue(authority, given, serialNumber)).toEqual(issue(authority, given, serialNumber))
  })
})

describe('the lint before signing', () => {
  const authority = makeAuthority()
  const ca = issuingCa(authority)
  const key = loadIssuingKey(ca, authority.key.privateKeyPem)
  const leaf = plan({ ca: authority })
  const issueChanged = (changes: Partial<CertificatePlan>): Uint8Array => {
    if (!key.ok) throw new Error(key.error)
    const signing = { key: key.value, serialNumber: newSerialNumber(1) }
    return issueCertificate({ ...leaf, ...changes }, ca, signing)
  }

  it('stops a certificate, and says what it would have been', ({ expect }) => {
    expect(() => issueChanged({ subject: commonName('a\nb') })).toThrow(
      /^the certificate violates RFC 5280 and was not signed: e_subject_dn_not_printable_characters \(0c03610a62[0-9a-f]* at octet \d+\); \{"serialNumber":"[0-9a-f]{40}","subject":"CN=test",/,
    )
  })

  it('says no more than fits into a line of the log', ({ expect }) => {
    const names = Array.from({ length: 500 }, () => generalName.dns(' '))
    const extensions = leaf.extensions.concat({
      oid: '2.5.29.17',
      critical: false,
      value: seq(...names),
    })
    const subjectAltNames = names.map(() => 'DNS: ')
    expect(() => issueChanged({ extensions, names: { ...leaf.names, subjectAltNames } })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{1000,2000}$/) }),
    )
  })

  it('lets a CA without a subject pass where its profile does', ({ expect }) => {
    const san = subjectAltName(generalName.dns('a.example'))
    const nameless = plan({
      ca: authority,
      csr: { subject: name(), extensions: [san] },
      request: { isCA: true, usages: ['cert sign'] },
      profile: { isCA: true, emptyCaSubject: true, requireNameConstraints: false },
    })
    expect(new X509Certificate(issueChanged(nameless)).ca).toBe(true)
    expect(() => issueChanged({ ...nameless, lintExceptions: [] })).toThrow(
      /e_ca_subject_field_empty/,
    )
  })
})

describe('a serial number', () => {
  it('has 20 octets, is positive, and does not begin with zero', ({ expect }) => {
    const numbers = Array.from({ length: 500 }, () => newSerialNumber(1))
    expect(numbers.every(({ length }) => length === 20)).toBe(true)
    expect(numbers.every(([first = 0]) => first >= 0x40 && first <= 0x7f)).toBe(true)
    expect(new Set(numbers.map(String)).size).toBe(500)
  })

  it('carries the number of its ledger, and is random in all its other bits', ({ expect }) => {
    const numbers = Array.from({ length: 500 }, () => newSerialNumber(0xfe_dc_ba_98))
    const set = new Uint8Array(20).map((_, at) =>
      numbers.reduce((bits, number) => bits | (number[at] ?? 0), 0),
    )
    const unset = new Uint8Array(20).map((_, at) =>
      numbers.reduce((bits, number) => bits & (number[at] ?? 0), 0xff),
    )
    const ledger = [0xfe, 0xdc, 0xba, 0x98]
    expect([...set]).toEqual([0x7f, ...ledger, ...Array.from({ length: 15 }, () => 0xff)])
    expect([...unset]).toEqual([0x40, ...ledger, ...Array.from({ length: 15 }, () => 0)])
  })

  it.for([1, 0x80_00_00_00, 0xff_ff_ff_ff])('gives its ledger back: %i', (number, { expect }) => {
    // Also as a part of a larger buffer, as rows are read.
    const embedded = new Uint8Array([9, ...newSerialNumber(number), 9]).subarray(1, 21)
    expect(ledgerNumberOf(embedded)).toBe(number)
  })

  it.for([0, 1, 19, 21])('of %i bytes names no ledger', (length, { expect }) => {
    expect(ledgerNumberOf(new Uint8Array(length).fill(0x41))).toBeUndefined()
  })
})
