/**
 * Faults of the signature algorithm and of the signature's form; `test/support/signatures` has those
 * of its numbers.
 * @module
 */
import { csrInfo, signCsr } from '../csr.ts'
import { aKey, algorithmOf, bitString, makeKey, NULL, oid, seq, signWith } from '../x509.ts'
import { changed, type MalformedCase, VALID } from './base.ts'

const KEY = aKey()
const RSA = aKey('RSA-2048')
const ECDSA_SHA256 = oid('1.2.840.10045.4.3.2')
const INFO = csrInfo(VALID)
const withAlgorithm = (...parts: readonly Uint8Array[]): Uint8Array =>
  changed({ signatureAlgorithm: seq(...parts) })
const withRsaAlgorithm = (...parts: readonly Uint8Array[]): Uint8Array =>
  changed({ key: RSA, signatureAlgorithm: seq(...parts) })

export const SIGNATURE_CASES: readonly MalformedCase[] = [
  ...(
    [
      ['MD5 with RSA', '1.2.840.113549.1.1.4', /is md5WithRSAEncryption/],
      ['SHA-1 with RSA', '1.2.840.113549.1.1.5', /is sha1WithRSAEncryption/],
      ['SHA-224 with RSA', '1.2.840.113549.1.1.14', /is sha224WithRSAEncryption/],
      [
        'RSASSA-PSS',
        '1.2.840.113549.1.1.10',
        /is RSASSA-PSS .*; RSA \(PKCS #1\) or ECDSA with SHA-256/,
      ],
    ] as const
  ).map(([name, algorithm, says]): MalformedCase => [
    name,
    'csr_malformed/signature_algorithm_not_accepted',
    withRsaAlgorithm(oid(algorithm), NULL),
    says,
  ]),
  ...(
    [
      ['SHA-1 with ECDSA', '1.2.840.10045.4.1', /is ecdsa-with-SHA1/],
      ['SHA-224 with ECDSA', '1.2.840.10045.4.3.1', /is ecdsa-with-SHA224/],
      ['Ed448', '1.3.101.113', /is Ed448/],
      ['the algorithm of a key', '1.2.840.10045.2.1', /is ecPublicKey/],
    ] as const
  ).map(([name, algorithm, says]): MalformedCase => [
    name,
    'csr_malformed/signature_algorithm_not_accepted',
    withAlgorithm(oid(algorithm)),
    says,
  ]),
  [
    'ECDSA with NULL',
    'csr_malformed/algorithm_parameters',
    withAlgorithm(ECDSA_SHA256, NULL),
    /signatureAlgorithm\.parameters are there, and EC wants none/,
  ],
  [
    'RSA without NULL',
    'csr_malformed/algorithm_parameters',
    withRsaAlgorithm(oid('1.2.840.113549.1.1.11')),
    /signatureAlgorithm\.parameters are not NULL, which RSA wants/,
  ],
  [
    'a parameter after the NULL of RSA',
    'csr_malformed/field_unexpected',
    withRsaAlgorithm(oid('1.2.840.113549.1.1.11'), NULL, NULL),
    /signatureAlgorithm has 2 octets too many/,
  ],
  [
    'the algorithm of another key',
    'csr_malformed/signature_key_mismatch',
    withAlgorithm(oid('1.3.101.112')),
    /is for Ed25519 keys; the public key is of kind EC/,
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
