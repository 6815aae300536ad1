/**
 * Faults of the signature algorithm and of the signature's form; `test/support/signatures` has those
 * of its numbers.
 * @module
 */
import { csrInfo, pssParameters, SHA512, signCsr } from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  algorithmOf,
  bitString,
  constructed,
  integer,
  makeKey,
  NULL,
  octets,
  oid,
  seq,
  signWith,
  tlv,
} from '@edge-issuer/testbed/pki/x509'
import { changed, type MalformedCase, VALID } from './base.ts'

const KEY = aKey()
const RSA = aKey('RSA-2048')
const ECDSA_SHA256 = oid('1.2.840.10045.4.3.2')
const INFO = csrInfo(VALID)
const withAlgorithm = (...parts: readonly Uint8Array[]): Uint8Array =>
  changed({ signatureAlgorithm: seq(...parts) })
const withRsaAlgorithm = (...parts: readonly Uint8Array[]): Uint8Array =>
  changed({ key: RSA, signatureAlgorithm: seq(...parts) })

const PSS = oid('1.2.840.113549.1.1.10')
const withPss = (...parameters: readonly Uint8Array[]): Uint8Array =>
  withRsaAlgorithm(PSS, ...parameters)

/** Parameters of RSASSA-PSS beside those that are accepted. */
const PSS_CASES = (
  [
    ['no parameters', withPss()],
    ['NULL', withPss(NULL)],
    ['the defaults of RFC 4055, which are SHA-1', withPss(seq())],
    ['a salt of 20 octets', withPss(pssParameters({ saltLength: 20 }))],
    ['a salt of another hash', withPss(pssParameters({ saltLength: 64 }))],
    ['SHA-1', withPss(pssParameters({ hash: oid('1.3.14.3.2.26'), saltLength: 20 }))],
    ['MGF1 of another hash', withPss(pssParameters({ maskHash: oid(SHA512) }))],
    ['another trailer', withPss(pssParameters({ trailer: [constructed(3, integer(2))] }))],
    ['a field more', withPss(pssParameters({ trailer: [constructed(4, integer(1))] }))],
    ['a hash with parameters', withPss(pssParameters({ hashParameters: [integer(1)] }))],
  ] as const
).map(([name, csr]): MalformedCase => [
  `RSASSA-PSS with ${name}`,
  'signature_not_allowed',
  csr,
  /is signed with RSASSA-PSS \(1\.2\.840\.113549\.1\.1\.10\) with parameters other than SHA-256/,
])

export const SIGNATURE_CASES: readonly MalformedCase[] = [
  ...(
    [
      ['MD5 with RSA', '1.2.840.113549.1.1.4', /is signed with md5WithRSAEncryption/],
      ['SHA-1 with RSA', '1.2.840.113549.1.1.5', /is signed with sha1WithRSAEncryption/],
      ['SHA-224 with RSA', '1.2.840.113549.1.1.14', /is signed with sha224WithRSAEncryption/],
    ] as const
  ).map(([name, algorithm, says]): MalformedCase => [
    name,
    'signature_not_allowed',
    withRsaAlgorithm(oid(algorithm), NULL),
    says,
  ]),
  ...(
    [
      ['SHA-1 with ECDSA', '1.2.840.10045.4.1', /is signed with ecdsa-with-SHA1/],
      ['SHA-224 with ECDSA', '1.2.840.10045.4.3.1', /is signed with ecdsa-with-SHA224/],
      ['Ed448', '1.3.101.113', /is signed with Ed448/],
      ['the algorithm of a key', '1.2.840.10045.2.1', /is signed with ecPublicKey/],
    ] as const
  ).map(([name, algorithm, says]): MalformedCase => [
    name,
    'signature_not_allowed',
    withAlgorithm(oid(algorithm)),
    says,
  ]),
  [
    'ECDSA with a curve as parameters',
    'signature_not_allowed',
    withAlgorithm(ECDSA_SHA256, oid('1.2.840.10045.3.1.7')),
    /is signed with ecdsaWithSHA256 \(1\.2\.840\.10045\.4\.3\.2\) with parameters that it/,
  ],
  [
    'RSA with a NULL that has contents',
    'signature_not_allowed',
    withRsaAlgorithm(oid('1.2.840.113549.1.1.11'), tlv(5, octets(0))),
    /is signed with sha256WithRSAEncryption .* with parameters that it does not have/,
  ],
  ...PSS_CASES,
  [
    'a parameter after the NULL of RSA',
    'csr_malformed/field_unexpected',
    withRsaAlgorithm(oid('1.2.840.113549.1.1.11'), NULL, NULL),
    /signatureAlgorithm has 2 octets too many/,
  ],
  [
    'the algorithm of another key',
    'signature_not_allowed',
    withAlgorithm(oid('1.3.101.112')),
    /is signed with Ed25519, and its public key is P-256; sign it with the key that it is for/,
  ],
  [
    'RSASSA-PSS with a key that is not RSA',
    'signature_not_allowed',
    withAlgorithm(PSS, pssParameters({})),
    /is signed with RSA-PSS, and its public key is P-256/,
  ],
  [
    'the algorithm of RSASSA-PSS and a signature of PKCS #1',
    'csr_signature_invalid',
    withPss(pssParameters({})),
    /does not verify with the public key in it/,
  ],
  [
    'a signature with unused bits',
    'csr_malformed/bit_string_unused_bits',
    seq(INFO, algorithmOf(KEY), bitString(signWith(KEY, INFO), 4)),
    /signature is a BIT STRING with unused bits/,
  ],
  [
    'an OCTET STRING for a signature',
    'csr_malformed/tag_unexpected',
    seq(INFO, algorithmOf(KEY), bitString(signWith(KEY, INFO)).with(0, 0x04)),
    /signature is OCTET STRING; expected BIT STRING/,
  ],
  [
    'another hash than the signature was made with',
    'csr_signature_invalid',
    withAlgorithm(oid('1.2.840.10045.4.3.3')),
    /does not verify with the public key in it/,
  ],
  [
    'the signature of another key',
    'csr_signature_invalid',
    changed({ key: makeKey('P-256'), spki: KEY.spki }),
    /does not verify/,
  ],
  [
    'the signature of another request',
    'csr_signature_invalid',
    signCsr(INFO, { signature: signWith(KEY, csrInfo()) }),
    /does not verify/,
  ],
]
