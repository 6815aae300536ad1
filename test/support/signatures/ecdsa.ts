/**
 * Signatures of ECDSA in every wrong form and out of every range, made from one that is right.
 * @module
 */
import { createHash } from 'node:crypto'
import { csrInfo, signCsr } from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  concat,
  NULL,
  octets,
  octetString,
  seq,
  set,
  signWith,
  tlv,
} from '@edge-issuer/testbed/pki/x509'
import { VALID } from '../malformed/base.ts'
import type { Control, Forgery } from './forgery.ts'
import { inverse, modulo, toNumber, toOctets } from './numbers.ts'

/** Orders of the curves (SP 800-186 §3.2.1). */
const ORDERS = {
  'P-256': 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  'P-384':
    0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
} as const

type Curve = keyof typeof ORDERS

/** An INTEGER in its one form. */
function number(value: bigint): Uint8Array {
  const length = Math.floor(value.toString(2).length / 8) + 1
  return tlv(2, toOctets(value, length))
}

/**
 * A signature whose r has its highest bit set, so that the INTEGER begins with a zero octet. The octet
 * after it is not FF: without the zero octet r is then negative, and nothing else besides.
 */
function sign(curve: Curve, info: Uint8Array): { r: bigint; s: bigint } {
  const size = ORDERS[curve].toString(16).length / 2
  for (;;) {
    const signature = signWith(aKey(curve), info)
    const rLength = signature[3] ?? 0
    const r = toNumber(signature.subarray(4, 4 + rLength))
    const isWanted = rLength === size + 1 && signature[5] !== 0xff
    if (isWanted) return { r, s: toNumber(signature.subarray(6 + rLength)) }
  }
}

function onCurve(curve: Curve): { forgeries: readonly Forgery[]; controls: readonly Control[] } {
  const key = aKey(curve)
  const n = ORDERS[curve]
  const info = csrInfo({ ...VALID, key })
  const { r, s } = sign(curve, info)
  const [R, S] = [number(r), number(s)]
  const csr = (signature: Uint8Array): Uint8Array => signCsr(info, { key, signature })
  const pair = (one: bigint, other: bigint): Uint8Array => csr(seq(number(one), number(other)))
  const whole = seq(R, S)
  const d = toNumber(Buffer.from(key.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url'))
  const e = toNumber(createHash('sha256').update(info).digest())
  const forgeries = [
    ['r of 0', 'csr_malformed/integer_zero', pair(0n, s)],
    ['s of 0', 'csr_malformed/integer_zero', pair(r, 0n)],
    ['r and s of 0', 'csr_malformed/integer_zero', pair(0n, 0n)],
    ['r = n', 'csr_malformed/signature_out_of_range', pair(n, s)],
    ['s = n', 'csr_malformed/signature_out_of_range', pair(r, n)],
    ['r + n', 'csr_malformed/signature_out_of_range', pair(r + n, s)],
    ['s + n', 'csr_malformed/signature_out_of_range', pair(r, s + n)],
    ['r + 2n', 'csr_malformed/signature_out_of_range', pair(r + 2n * n, s)],
    ['an r that is far too long', 'csr_malformed/signature_out_of_range', pair(r << 64n, s)],
    ['r of n − 1', 'csr_signature_invalid', pair(n - 1n, s)],
    ['s of n − 1', 'csr_signature_invalid', pair(r, n - 1n)],
    ['r and s of 1', 'csr_signature_invalid', pair(1n, 1n)],
    ['r + 1', 'csr_signature_invalid', pair(modulo(r + 1n, n), s)],
    ['n − r', 'csr_signature_invalid', pair(n - r, s)],
    ['r and s swapped', 'csr_signature_invalid', pair(s, r)],
    // e/s + r·d/s = 0: the verifier's point is the one at infinity.
    ['a sum at infinity', 'csr_signature_invalid', pair(modulo(-e * inverse(d, n), n), 1n)],
    [
      'r without the octet of its sign',
      'csr_malformed/integer_negative',
      csr(seq(tlv(2, R.subarray(3)), S)),
    ],
    [
      'r with a zero in front',
      'csr_malformed/integer_not_minimal',
      csr(seq(tlv(2, octets(0), R.subarray(2)), S)),
    ],
    [
      's with zeros in front',
      'csr_malformed/integer_not_minimal',
      csr(seq(R, tlv(2, octets(0, 0), S.subarray(2)))),
    ],
    ['r without contents', 'csr_malformed/integer_empty', csr(seq(tlv(2), S))],
    [
      'a length in the long form',
      'csr_malformed/length_not_minimal',
      csr(concat(octets(0x30, 0x81), whole.subarray(1))),
    ],
    [
      'a length of r in the long form',
      'csr_malformed/length_not_minimal',
      csr(seq(concat(octets(2, 0x81), R.subarray(1)), S)),
    ],
    [
      'the indefinite form',
      'csr_malformed/length_indefinite',
      csr(concat(octets(0x30, 0x80), whole.subarray(2), octets(0, 0))),
    ],
    ['a length one too large', 'csr_malformed/truncated', csr(whole.with(1, (whole[1] ?? 0) + 1))],
    ['its last octet missing', 'csr_malformed/truncated', csr(whole.subarray(0, -1))],
    ['an octet after it', 'csr_malformed/trailing_octets', csr(concat(whole, octets(0)))],
    ['NULL after it', 'csr_malformed/trailing_octets', csr(concat(whole, NULL))],
    ['NULL after s', 'csr_malformed/field_unexpected', csr(seq(R, S, NULL))],
    ['a third number', 'csr_malformed/field_unexpected', csr(seq(R, S, S))],
    ['r alone', 'csr_malformed/field_missing', csr(seq(R))],
    ['neither r nor s', 'csr_malformed/field_missing', csr(seq())],
    ['no octets at all', 'csr_malformed/field_missing', csr(octets())],
    ['a SET', 'csr_malformed/tag_unexpected', csr(set(R, S))],
    [
      'r as an OCTET STRING',
      'csr_malformed/tag_unexpected',
      csr(seq(octetString(R.subarray(2)), S)),
    ],
    [
      'r and s side by side, without any DER',
      'csr_malformed/tag_unexpected',
      csr(new Uint8Array(n.toString(16).length).fill(1)),
    ],
  ] as const satisfies readonly Forgery[]
  return {
    forgeries: forgeries.map(([name, verdict, der]) => [`${curve} with ${name}`, verdict, der]),
    controls: [
      [`${curve}, put together by hand`, pair(r, s)],
      // Anyone can make the second from the first. It is as good a proof; nothing here counts on
      // there being one signature only.
      [`${curve} with n − s in place of s`, pair(r, n - s)],
    ],
  }
}

const P256 = onCurve('P-256')
const P384 = onCurve('P-384')

export const ECDSA_FORGERIES: readonly Forgery[] = [...P256.forgeries, ...P384.forgeries]
export const ECDSA_CONTROLS: readonly Control[] = [...P256.controls, ...P384.controls]
