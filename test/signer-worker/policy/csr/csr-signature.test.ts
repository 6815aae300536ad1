import {
  type CsrOptions,
  makeCsr,
  pssParameters,
  SHA256,
  SHA384,
  SHA512,
  signWithPss,
} from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  type KeyType,
  makeKey,
  NULL,
  oid,
  seq,
  signWith,
} from '@edge-issuer/testbed/pki/x509'
/** Signatures of certification requests, verified by workerd. */
import { describe, it } from 'vitest'
import { parseCertificationRequest } from '../../../../shared/src/x509/index.ts'
import { isCsrSignedBy } from '../../../../signer-worker/src/policy/csr/csr-signature.ts'
import { importPublicKey } from '../../../../signer-worker/src/policy/key/import-public-key.ts'

/** A request that Node made, with SHA-256 and a salt of 32 octets: workerd agrees with it. */
const BY_NODE =
  'MIICiDCCATwCAQAwDzENMAsGA1UEAwwEdGVzdDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAJWE5WtfMR8bVblSUa5661ZslgmDkmvuYywtxlXoHp7DXCXvF4sbh/U+zSIPBLyrZZKhXU1WXNMZMX/KWEW8EeUBLlMrQ8yxcBv2x35AEHfFdRwE7bYS23C0KrZq0qFPDBGt2shYsPItUNJ5r1JQlISXGNdOrmO5g9hjR7n8BeD27kTx+KbW9P6E2fwiur42EV13NuxuR+k+/AR0P10ovAzNwT3e4gImYAeRUEixc937VYn9RsgqHyCtWL+YRwEL1ZP4w4dhg4ZyXLmctPECpoUp3DichelompW7zhwvIuTTvL9AdeM1FBjjT+HocFP+SXvKh5cM3/G0g6DCPU0wdFcCAwEAAaAAMEEGCSqGSIb3DQEBCjA0oA8wDQYJYIZIAWUDBAIBBQChHDAaBgkqhkiG9w0BAQgwDQYJYIZIAWUDBAIBBQCiAwIBIAOCAQEAelhtWq15P0RpkxONfGpPfZLxlOLtiyArKLuj6DUZeftFJzcMN34yUNmY6yJreqj4qrFIHwtT+1eYQS1VGchVO0crGwgsjrLSlzIEQD5u858lE1rzeJCmyOU2EhCSFLyGvyuOlK87FzITOjXZYp1MCI/Vf5gnyOf2SAh1kHIftVH9Rjs9AN4+LAXK/x4HvKtuvIySkx40menfuzRyF2Xe4H1gOiq4SEzjSWAnwMoj3ekKscg6OCy5SNxTgnbBq+KtqTK0AAd+OGIYwJICARVziJNs+XpqvVQYhISu83/G3U8352fGg7OOK0JEusYR3BoJjezboNsGTWOOMaM5piSvAg=='

function isSigned(options: CsrOptions): boolean {
  const csr = parseCertificationRequest(makeCsr(options))
  if (!csr.ok) throw new Error(csr.error.message)
  return isCsrSignedBy(csr.value, importPublicKey(csr.value.publicKey.raw))
}

const RSA = aKey('RSA-2048')
const HASHES = [
  ['sha256', SHA256, 32],
  ['sha384', SHA384, 48],
  ['sha512', SHA512, 64],
] as const
type Hash = (typeof HASHES)[number]

const pss = (
  [hash, hashOid, saltLength]: Hash,
  made: Parameters<typeof signWithPss>[2] = {},
): CsrOptions => ({
  key: RSA,
  signatureAlgorithm: seq(
    oid('1.2.840.113549.1.1.10'),
    pssParameters({ hash: oid(hashOid), saltLength }),
  ),
  sign: (data: Uint8Array) => signWithPss(RSA, data, { hash, ...made }),
})

describe('a certification request is signed with its key', () => {
  it.for<KeyType>(['RSA-2048', 'P-256', 'P-384', 'P-521', 'Ed25519'])(
    'of kind %s',
    (type, { expect }) => {
      expect(isSigned({ key: aKey(type) })).toBe(true)
    },
  )

  it('by RSASSA-PSS, as Node makes it', ({ expect }) => {
    const csr = parseCertificationRequest(Buffer.from(BY_NODE, 'base64'))
    expect(csr.ok && isCsrSignedBy(csr.value, importPublicKey(csr.value.publicKey.raw))).toBe(true)
  })

  it.for(HASHES)('by RSASSA-PSS with %s', (hash, { expect }) => {
    expect(isSigned(pss(hash))).toBe(true)
  })
})

describe('a certification request is not signed', () => {
  it.for(HASHES)('by RSASSA-PSS with %s and a salt of 20 octets', (hash, { expect }) => {
    expect(isSigned(pss(hash, { saltLength: 20 }))).toBe(false)
  })

  it.for(HASHES)('by RSASSA-PSS with %s and none', (hash, { expect }) => {
    expect(isSigned(pss(hash, { saltLength: 0 }))).toBe(false)
  })

  it('by RSASSA-PSS with another hash than it says', ({ expect }) => {
    expect(isSigned(pss(HASHES[0], { hash: 'sha512', saltLength: 32 }))).toBe(false)
  })

  // Signed with the key of the smaller modulus: the signature is in range for the other one too.
  it('by RSASSA-PSS with another key', ({ expect }) => {
    const another = makeKey('RSA-2048')
    const isSmaller = Buffer.compare(RSA.spki, another.spki) < 0
    const [key, { spki }] = isSmaller ? [RSA, another] : [another, RSA]
    const sign = (data: Uint8Array): Uint8Array => signWithPss(key, data, { hash: 'sha256' })
    expect(isSigned({ ...pss(HASHES[0]), sign, spki })).toBe(false)
  })

  it.for(HASHES)('by PKCS #1 where it says RSASSA-PSS with %s', (hash, { expect }) => {
    expect(isSigned({ ...pss(hash), sign: (data) => signWith(RSA, data) })).toBe(false)
  })

  it('by RSASSA-PSS where it says PKCS #1', ({ expect }) => {
    expect(isSigned({ key: RSA, sign: (data) => signWithPss(RSA, data) })).toBe(false)
  })

  it('with an algorithm that is not supported', ({ expect }) => {
    const sha1 = seq(oid('1.2.840.113549.1.1.5'), NULL)
    expect(isSigned({ key: RSA, signatureAlgorithm: sha1 })).toBe(false)
  })
})
