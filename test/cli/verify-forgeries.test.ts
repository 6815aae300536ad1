/**
 * Records of the real worker that someone changed with more care: several things at once, with signatures that
 * verify.
 *
 * @module
 */
import { type CertificateRecord, encodePem, type SignRequest } from '@edge-issuer/shared'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  commonName,
  extKeyUsage,
  generalName,
  makeKey,
  subjectAltName,
} from '@edge-issuer/testbed/pki/x509'
import { afterAll, beforeAll, describe, it } from 'vitest'
import {
  aCsr,
  bodyOf,
  type ExportHarness,
  setUpExport,
  signedAgain,
  TRUST,
} from './support/export-harness.ts'

let harness: ExportHarness

beforeAll(async () => {
  harness = await setUpExport(3)
})

afterAll(async () => harness.stop())

const base64 = (der: Uint8Array): string => Buffer.from(der).toString('base64')
const san = (dnsName: string): Uint8Array => subjectAltName(generalName.dns(dnsName))
const certificatesIn = (pem: string): readonly Buffer[] =>
  pem
    .split(/-----[A-Z ]+-----/)
    .map((text) => Buffer.from(text, 'base64'))
    .filter(({ length }) => length > 0)
const pemOf = (...certificates: readonly Uint8Array[]): string =>
  certificates.map((der) => encodePem('CERTIFICATE', der)).join('')
/** The last octet is one of the signature. */
const forged = (der: Buffer): Uint8Array =>
  Uint8Array.from([...der.subarray(0, -1), (der.at(-1) ?? 0) ^ 1])

describe('another requester', () => {
  it('is found when the body goes with it: its digest was signed', async ({ expect }) => {
    const victim = harness.recordAt(1)
    const body = bodyOf(victim)
    const origin = { ...victim.origin, username: 'someone else' }
    const evidence = {
      ...victim.evidence,
      body: base64(Buffer.from(JSON.stringify({ ...body, origin }))),
    }
    const { code, stdout } = await harness.verify([{ ...victim, origin, evidence }])
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^line 1, uid \S+: the digest of the body is sha-256=\S+; the signed digest is sha-256=\S+\n$/,
    )
  })

  it('is found when body and digest go with it: the signature is over the digest', async ({
    expect,
  }) => {
    const victim = harness.recordAt(1)
    const origin = { ...victim.origin, username: 'someone else' }
    const { stdout } = await harness.verify([
      { ...signedAgain(victim, { origin }, makeKey('Ed25519').privateKey), origin },
    ])
    expect(stdout).toMatch(/^line 1, uid \S+: the signature does not verify with key \S+\n$/)
  })
})

describe('a certificate that is not what its client asked for', () => {
  it.for<[string, () => Partial<SignRequest>, string]>([
    [
      'with another key',
      () => ({ csr: base64(aCsr(makeKey('P-256'), 1)) }),
      'the certificate does not match the request: the public key differs',
    ],
    [
      'with another subject',
      () => ({
        csr: base64(
          makeCsr({
            key: aKey('Ed25519'),
            subject: commonName('x'),
            extensions: [san('web-1.example.com')],
          }),
        ),
      }),
      'the certificate does not match the request: the subject differs',
    ],
    [
      'with another name',
      () => ({
        csr: base64(
          makeCsr({
            key: aKey('Ed25519'),
            subject: commonName('web-1'),
            extensions: [san('x.example.com')],
          }),
        ),
      }),
      'the certificate does not match the request: the subject alternative names differ',
    ],
    [
      'that is a CA',
      () => ({ isCA: true }),
      'the certificate does not match the request: it is not a CA',
    ],
    ['for longer', () => ({ durationSeconds: 600 }), 's, 600s were requested'],
    [
      'for shorter',
      () => ({ durationSeconds: 7200 }),
      'clamped is null, but the certificate is valid for',
    ],
    [
      'for another use',
      () => ({ usages: ['digital signature', 'code signing'] }),
      'the certificate does not match the request: the extended key usage "client auth"',
    ],
    [
      'for another use than the certification request says',
      () => ({
        usages: ['digital signature'],
        csr: base64(
          makeCsr({
            key: aKey('Ed25519'),
            subject: commonName('web-1'),
            extensions: [san('web-1.example.com'), extKeyUsage('1.3.6.1.5.5.7.3.3')],
          }),
        ),
      }),
      'the certificate does not match the request: the extended key usage "client auth"',
    ],
    [
      'for a certification request that its key did not sign',
      () => {
        const good = aCsr(aKey('Ed25519'), 1)
        return { csr: base64(Uint8Array.from([...good.slice(0, -1), (good.at(-1) ?? 0) ^ 1])) }
      },
      'the certification request is not signed by the key in it',
    ],
    [
      'for no certification request',
      () => ({ csr: 'MAA=' }),
      'the certification request cannot be read',
    ],
  ])('%s is found', async ([, change, finding], { expect }) => {
    const record = harness.records.find(({ uid }) => uid === 'uid-1')
    if (record === undefined) throw new Error('it was issued')
    const { code, stdout } = await harness.verify([
      signedAgain(record, change(), harness.clientKey),
    ])
    expect(code).toBe(1)
    expect(stdout).toContain(finding)
  })
})

describe('a chain that is not one', () => {
  it.for<[string, (record: CertificateRecord) => Partial<CertificateRecord>, string]>([
    [
      'a forged certificate',
      ({ chain }) => {
        const [leaf = Buffer.alloc(0), ...above] = certificatesIn(chain)
        return { chain: pemOf(forged(leaf), ...above) }
      },
      'certificate 1 of the chain is not signed by the next one',
    ],
    [
      'a forged intermediate',
      ({ chain }) => {
        const [leaf = Buffer.alloc(0), above = Buffer.alloc(0)] = certificatesIn(chain)
        return { chain: pemOf(leaf, forged(above)) }
      },
      'certificate 2 of the chain is not signed by ca',
    ],
    [
      'no intermediate',
      ({ chain }) => ({ chain: pemOf(...certificatesIn(chain).slice(0, 1)) }),
      'certificate 1 of the chain is not signed by ca',
    ],
    [
      'a forged root',
      ({ ca }) => ({ ca: pemOf(...certificatesIn(ca).map(forged)) }),
      'ca is not a root',
    ],
    [
      'an intermediate for a root',
      ({ chain }) => ({ ca: pemOf(...certificatesIn(chain).slice(1)) }),
      'ca is not a root',
    ],
    [
      'a leaf for an intermediate',
      ({ chain }) => {
        const [leaf = Buffer.alloc(0), ...above] = certificatesIn(chain)
        return { chain: pemOf(leaf, leaf, ...above) }
      },
      'certificate 2 of the chain is not a CA',
    ],
    [
      'PEM in other lines',
      ({ ca }) => ({ ca: `${ca}\n` }),
      'ca is not in the form in which the worker writes PEM',
    ],
  ])('with %s is found', async ([, change, finding], { expect }) => {
    const record = harness.recordAt(1)
    const { code, stdout } = await harness.verify([{ ...record, ...change(record) }])
    expect(code).toBe(1)
    expect(stdout).toContain(finding)
  })
})

const withoutBody = (record: CertificateRecord): CertificateRecord => ({
  ...record,
  evidence: { ...record.evidence, body: null },
})

describe('several records', () => {
  it('with one uid or one serial number are found', async ({ expect }) => {
    const [one, two] = [harness.recordAt(0), harness.recordAt(1)]
    const { code, stdout } = await harness.verify([one, two, one])
    expect(code).toBe(1)
    expect(stdout).toBe(
      `line 3, uid ${one.uid}: line 1 has the same uid\nline 3, uid ${one.uid}: line 1 has the same serial number\n`,
    )
  })

  it('from before bodies were kept are counted apart', async ({ expect }) => {
    const old = [0, 1].map((index) => withoutBody(harness.recordAt(index)))
    const { code, stdout, stderr } = await harness.verify([...old, harness.recordAt(2)])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    expect(stderr).toMatch(
      /^3 records: 1 verified, 0 failed\n2 not provable: recorded before the ledger kept bodies, the last one at 20\S+Z\n/,
    )
    const strict = await harness.verify([...old, harness.recordAt(2)], `${TRUST} --all-provable`)
    expect(strict.code).toBe(1)
    expect(strict.stderr).toContain('3 records: 1 verified, 2 failed\n')
  })
})
