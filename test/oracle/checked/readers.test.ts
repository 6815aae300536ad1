import { attribute, makeAuthority, seq, set, tlv } from '@edge-issuer/testbed/pki/x509'
/** Names and certification requests are read as Go's crypto/x509 reads them. */
import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { encodeBase64, type ParseErrorCode } from '../../../shared/src/index.ts'
import {
  type CertificationRequest,
  type Name,
  parseCertificate,
  parseCertificationRequest,
} from '../../../shared/src/x509/index.ts'
import { readCsr } from '../../../signer-worker/src/policy/csr/csr.ts'
import { profileSchema } from '../../../signer-worker/src/policy/rules/profile.ts'
import { csrArbitrary } from '../../support/csr-arbitrary.ts'
import { mutationOf } from '../../support/der-mutation.ts'
import { readWithGo } from '../checkers/go-readers.ts'

const valuesOf = ({ rdns }: Name): readonly string[] => rdns.flat().map(({ value }) => value)

/** All types of character string, and some that are none. */
const TAGS = [0x02, 0x03, 0x04, 0x0c, 0x12, 0x13, 0x14, 0x16, 0x1a, 0x1c, 0x1e]
const octet = fc.oneof(
  fc.nat({ max: 255 }),
  fc.constantFrom(...Buffer.from("\0\u007F *&@_-.,'()+/:=?AZaz09")),
  fc.constantFrom(0xd7, 0xd8, 0xdf, 0xe0, 0xfd, 0xcf, 0xd0, 0xef, 0xf0, 0xff, 0xfe, 0xc3, 0xa9),
)
const string = fc
  .tuple(
    fc.constantFrom(...TAGS),
    fc.oneof(
      fc.array(octet, { maxLength: 4 }),
      fc.string({ unit: 'binary', maxLength: 4 }).map((text) => Array.from(Buffer.from(text))),
    ),
  )
  .map(([tag, contents]) => tlv(tag, Uint8Array.from(contents)))

describe('a name in a certificate', () => {
  it('has the values that Go reads, and is refused where Go refuses it', async ({ expect }) => {
    const strings = fc.sample(string, { numRuns: 4000, seed: 1 })
    const certificates = strings.map(
      (value) => makeAuthority({ subject: seq(set(attribute('CN', value))) }).der,
    )
    const answers = await readWithGo(certificates.map((input) => ({ kind: 'certificate', input })))
    let read = 0
    for (const [index, der] of certificates.entries()) {
      const own = parseCertificate(der)
      const { error, subject } = answers[index] ?? { error: 'no answer', subject: [] }
      const code: ParseErrorCode | undefined = own.ok ? undefined : own.error.code
      // The one thing that is refused beyond what Go refuses.
      if (code === 'string_has_nul') continue
      const found = own.ok ? valuesOf(own.value.subject) : 'refused'
      expect(found, Buffer.from(strings[index] ?? []).toString('hex')).toEqual(
        error === '' ? subject : 'refused',
      )
      if (own.ok) read += 1
    }
    expect(read).toBeGreaterThan(1000)
  })
})

const profile = profileSchema.parse({})
const MICROSOFT_REQUEST = '060a2b0601040182370201'

/** What Go reads of a request, from what is read of it here. */
function factsOf({ subject, extensions }: CertificationRequest): object {
  const names = extensions.values.subjectAltName ?? []
  const texts = (wanted: string): readonly string[] =>
    names.flatMap((name) => (name.kind === wanted && 'value' in name ? [name.value] : []))
  return {
    subject: valuesOf(subject),
    dnsNames: texts('dns'),
    emails: texts('email'),
    addresses: names.flatMap((name) => (name.kind === 'ip' ? [Buffer.from(name.bytes)] : [])),
  }
}

describe('a certification request that Go reads as well', () => {
  const samples = fc.sample(csrArbitrary, { numRuns: 1000, seed: 3 })
  const requests = [
    ...samples,
    ...fc.sample(mutationOf(fc.constantFrom(...samples)), { numRuns: 3000, seed: 4 }),
  ]

  it('has the names that Go reads, and a signature that Go verifies', async ({ expect }) => {
    const answers = await readWithGo(requests.map((input) => ({ kind: 'request', input })))
    const read = { both: 0, verified: 0 }
    for (const [index, der] of requests.entries()) {
      const own = parseCertificationRequest(der)
      const answer = answers[index]
      const hex = Buffer.from(der).toString('hex')
      // Go does not read the attribute of Microsoft.
      if (!own.ok || answer?.error !== '' || hex.includes(MICROSOFT_REQUEST)) continue
      read.both += 1
      const { subject, dnsNames, emails, addresses, signatureError } = answer
      expect(factsOf(own.value), hex).toEqual({
        subject,
        dnsNames,
        emails,
        addresses: addresses.map((address) => Buffer.from(address)),
      })
      if (!readCsr(encodeBase64(der), profile).ok) continue
      // Go has no Ed25519 with parameters.
      if (!signatureError.includes('algorithm unimplemented')) expect(signatureError, hex).toBe('')
      if (signatureError === '') read.verified += 1
    }
    expect(read.both).toBeGreaterThan(300)
    expect(read.verified).toBeGreaterThan(200)
  })
})
