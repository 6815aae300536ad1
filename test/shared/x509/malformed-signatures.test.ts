/**
 * Signatures that other parsers accept, or accept in a second spelling. Each is signed
 * correctly over its malformed octets, so that nothing but the reader can refuse it.
 */
import { describe, it } from 'vitest'
import { parseCertificationRequest } from '../../../shared/src/x509/index.ts'
import { csrInfo, makeCsr } from '../../support/csr.ts'
import { bitString, concat, integer, NULL, octets, oid, seq } from '../../support/x509.ts'
import { refusalOf } from './refusal-of.ts'

const ECDSA_SHA256 = '1.2.840.10045.4.3.2'
const RSA_SHA256 = '1.2.840.113549.1.1.11'
const ED25519 = '1.3.101.112'
/** Order of P-256. */
const N = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
const withSignature = (...parts: readonly Uint8Array[]): Uint8Array =>
  makeCsr({ signature: concat(...parts) })
const withAlgorithm = (...parts: readonly Uint8Array[]): Uint8Array =>
  makeCsr({ signatureAlgorithm: seq(...parts) })

describe('refused for the signature', () => {
  it.for([
    ['SHA-1 with RSA', withAlgorithm(oid('1.2.840.113549.1.1.5'), NULL), /sha1WithRSAEncryption/],
    ['MD5 with RSA', withAlgorithm(oid('1.2.840.113549.1.1.4'), NULL), /md5WithRSAEncryption/],
    ['SHA-224 with ECDSA', withAlgorithm(oid('1.2.840.10045.4.3.1')), /ecdsa-with-SHA224/],
    ['RSASSA-PSS', withAlgorithm(oid('1.2.840.113549.1.1.10')), /RSASSA-PSS/],
    ['Ed448', withAlgorithm(oid('1.3.101.113')), /Ed448/],
    [
      'ECDSA with NULL',
      withAlgorithm(oid(ECDSA_SHA256), NULL),
      /signatureAlgorithm has 2 octets too many/,
    ],
    ['RSA without NULL', withAlgorithm(oid(RSA_SHA256)), /parameters is missing/],
    [
      'the algorithm of another key',
      withAlgorithm(oid(ED25519)),
      /is for Ed25519 keys; the public key is of kind EC/,
    ],
    [
      'unused bits',
      seq(csrInfo(), seq(oid(ECDSA_SHA256)), bitString(octets(0x30, 0), 4)),
      /unused bits/,
    ],
    ['octets after r and s', withSignature(seq(integer(1), integer(1)), NULL), /signature has 2/],
    ['a third number', withSignature(seq(integer(1), integer(1), integer(1))), /too many/],
    ['r of 0', withSignature(seq(integer(0), integer(1))), /r is zero/],
    ['s of 0', withSignature(seq(integer(1), integer(0))), /s is zero/],
    ['a negative r', withSignature(seq(integer(255), integer(1))), /r is a negative/],
    ['r with a zero in front', withSignature(seq(integer(0, 1), integer(1))), /shortest/],
    [
      'r as large as the order',
      withSignature(seq(integer(0, ...N), integer(1))),
      /below the order/,
    ],
    [
      's larger than the order',
      withSignature(seq(integer(1), integer(1, ...N))),
      /below the order/,
    ],
    [
      'r and s in the form of P1363',
      withSignature(new Uint8Array(64).fill(1)),
      /SEQUENCE is wanted/,
    ],
  ] as const)('%s', ([, der, expected], { expect }) => {
    expect(refusalOf(der)).toMatch(expected)
  })

  it('one below the order is for the signature check to judge', ({ expect }) => {
    const highest = N.with(31, 0x50)
    const der = withSignature(seq(integer(0, ...highest), integer(0, ...highest)))
    expect(parseCertificationRequest(der).ok).toBe(true)
  })
})
