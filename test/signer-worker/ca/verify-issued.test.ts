import {
  aKey,
  commonName,
  generalName,
  keyUsage,
  makeAuthority,
  makeKey,
  octets,
  subjectAltName,
} from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import { issueCertificate } from '../../../signer-worker/src/ca/issue.ts'
import { loadIssuingKey } from '../../../signer-worker/src/ca/issuing-ca.ts'
import { newSerialNumber } from '../../../signer-worker/src/ca/serial.ts'
import { type Planned, assertMatchesPlan } from '../../../signer-worker/src/ca/verify-issued.ts'
import type { CertificatePlan } from '../../../signer-worker/src/model/certificate-plan.ts'
import type { Signing } from '../../../signer-worker/src/model/issuing-ca.ts'
import { issuingCa, plan as makePlan } from '../policy/support/evaluate-request.ts'

const authority = makeAuthority({ key: makeKey('P-256') })
const ca = issuingCa(authority)
const other = makeAuthority({ key: makeKey('P-256'), subject: commonName('Another CA') })

const keyOf = (one: typeof authority): Signing['key'] => {
  const key = loadIssuingKey(issuingCa(one), one.key.privateKeyPem)
  if (!key.ok) throw new Error(key.error)
  return key.value
}

const plan: CertificatePlan = makePlan({
  ca: authority,
  csr: { extensions: [subjectAltName(generalName.dns('a.example')), keyUsage(0)] },
})
const signing: Signing = { key: keyOf(authority), serialNumber: newSerialNumber(1) }
const planned: Planned = { plan, ca, signing }
const certificate = issueCertificate(plan, ca, signing)

/** What is said of the certificate when something else was planned. */
function faultOf(changes: {
  readonly plan?: Partial<CertificatePlan>
  readonly ca?: Partial<Planned['ca']>
  readonly signing?: Partial<Signing>
}): string {
  try {
    assertMatchesPlan(certificate, {
      plan: { ...plan, ...changes.plan },
      ca: { ...ca, ...changes.ca },
      signing: { ...signing, ...changes.signing },
    })
    return 'as planned'
  } catch (error) {
    return String(error)
  }
}

const [first, ...rest] = plan.extensions
if (first === undefined) throw new Error('the plan has no extensions')

describe('a certificate that was built', () => {
  it('is as planned', ({ expect }) => {
    expect(faultOf({})).toBe('as planned')
  })

  it.for([
    ['serialNumber', { signing: { serialNumber: newSerialNumber(1) } }],
    [
      'signatureAlgorithm',
      { ca: { signing: issuingCa(makeAuthority({ key: aKey('Ed25519') })).signing } },
    ],
    ['issuer', { ca: { subject: other.subject } }],
    ['notBeforeMs', { plan: { notBeforeSeconds: plan.notBeforeSeconds - 1 } }],
    ['notAfterMs', { plan: { notAfterSeconds: plan.notAfterSeconds + 1 } }],
    ['subject', { plan: { subject: commonName('another') } }],
    ['publicKey', { plan: { spki: makeKey('P-256').spki } }],
    ['extensions', { plan: { extensions: rest } }],
    ['extensions', { plan: { extensions: [...plan.extensions, first] } }],
    ['extensions', { plan: { extensions: [...rest, first] } }],
    ['extensions', { plan: { extensions: [{ ...first, critical: !first.critical }, ...rest] } }],
    [
      'extensions',
      { plan: { extensions: [{ ...first, value: octets(0x30, 3, 1, 1, 0xff) }, ...rest] } },
    ],
    ['extensions', { plan: { extensions: [{ ...first, oid: '2.5.29.56' }, ...rest] } }],
  ] as const)(
    'with another %s than was planned is found out: %#',
    ([field, changes], { expect }) => {
      expect(faultOf(changes)).toBe(
        `Error: the certificate that was built has another ${field} than was planned`,
      )
    },
  )

  it('is found out when another key signed it', ({ expect }) => {
    const { publicKey } = keyOf(other)
    expect(faultOf({ signing: { key: { ...signing.key, publicKey } } })).toBe(
      'Error: the certificate that was built is not signed by the issuing CA',
    )
  })

  it('is found out after any one of its bits has changed', ({ expect }) => {
    const undetected = Array.from(certificate.keys()).filter((at) => {
      const changed = certificate.with(at, (certificate[at] ?? 0) ^ (1 << (at % 8)))
      try {
        assertMatchesPlan(changed, planned)
        return true
      } catch {
        return false
      }
    })
    expect(undetected).toEqual([])
  })
})

describe('no certificate leaves', () => {
  it.for([
    ['with a subject that is no element', { subject: octets(1, 2, 3) }, /e_der_malformed/],
    ['with a key that is no element', { spki: octets(0x30, 9) }, /e_der_malformed/],
    ['with an extension twice', { extensions: [first, first] }, /e_ext_duplicate_extension/],
    ['with no extensions', { extensions: [] }, /e_extensions_empty/],
    [
      'with a time that is not a whole second',
      { notBeforeSeconds: plan.notBeforeSeconds + 0.5 },
      /another notBeforeMs/,
    ],
  ] as const)('%s', ([, changes, expected], { expect }) => {
    expect(() => issueCertificate({ ...plan, ...changes }, ca, signing)).toThrow(expected)
  })

  it('with a serial number that begins with a zero octet', ({ expect }) => {
    const serialNumber = octets(0, 1)
    expect(() => issueCertificate(plan, ca, { ...signing, serialNumber })).toThrow(/serialNumber/)
  })

  it('with a signature that another key made', ({ expect }) => {
    const key = { ...signing.key, privateKey: keyOf(other).privateKey }
    expect(() => issueCertificate(plan, ca, { ...signing, key })).toThrow(
      /not signed by the issuing CA/,
    )
  })
})
