/**
 * Signatures of RSASSA-PKCS1-v1_5 over encoded messages that are not the one of RFC 8017 §9.2. The
 * private key is used on each, so that only the encoding can give them away.
 * @module
 */
import { createHash, sign } from 'node:crypto'
import { csrInfo, signCsr } from '@edge-issuer/testbed/pki/csr'
import { aKey, concat, octets } from '@edge-issuer/testbed/pki/x509'
import { VALID } from '../malformed/base.ts'
import type { Control, Forgery } from './forgery.ts'
import { power, toNumber, toOctets } from './numbers.ts'

const KEY = aKey('RSA-2048')
const JWK = KEY.privateKey.export({ format: 'jwk' })
const read = (text = ''): bigint => toNumber(Buffer.from(text, 'base64url'))
const N = read(JWK.n)
const D = read(JWK.d)
const OCTETS = 256

const INFO = csrInfo({ ...VALID, key: KEY })
const sha256 = (...parts: readonly Uint8Array[]): Uint8Array =>
  createHash('sha256')
    .update(concat(...parts))
    .digest()
const DIGEST = sha256(INFO)
const hex = (digits: string): Uint8Array =>
  new Uint8Array(Buffer.from(digits.replaceAll(' ', ''), 'hex'))

const SHA256 = '06 09 60 86 48 01 65 03 04 02 01'
/** DigestInfo, its header by hand. */
const digestInfo = (header: string, digest: Uint8Array = DIGEST): Uint8Array =>
  concat(hex(header), digest)
const PLAIN = digestInfo(`30 31 30 0d ${SHA256} 05 00 04 20`)

/** `00 01 FF … FF 00`, then what is encoded; or with other octets in front. */
function encoded(info: Uint8Array, front = '00 01', filler = 0xff): Uint8Array {
  const head = hex(front)
  const length = OCTETS - head.length - 1 - info.length
  return concat(head, new Uint8Array(length).fill(filler), octets(0), info)
}
/** A few octets of padding, then what is encoded, then octets that fill the rest. */
function loose(info: Uint8Array, padding: number): Uint8Array {
  const head = concat(octets(0, 1), new Uint8Array(padding).fill(0xff), octets(0), info)
  return concat(head, new Uint8Array(OCTETS - head.length).fill(0x5a))
}

/** EMSA-PSS (RFC 8017 §9.1.1) with SHA-256 and a salt of 32 zeros. */
function pssEncoded(): Uint8Array {
  const salt = new Uint8Array(32)
  const hash = sha256(new Uint8Array(8), DIGEST, salt)
  const block = concat(new Uint8Array(OCTETS - 32 - 1 - 32 - 1), octets(1), salt)
  const mask = concat(
    ...Array.from({ length: 7 }, (_, index) => sha256(hash, octets(0, 0, 0, index))),
  )
  const masked = block.map((octet, at) => octet ^ (mask[at] ?? 0))
  return concat(masked.with(0, (masked[0] ?? 0) & 0x7f), hash, octets(0xbc))
}

const csr = (signature: Uint8Array): Uint8Array => signCsr(INFO, { key: KEY, signature })
/** Signed with the private key. */
const over = (message: Uint8Array): Uint8Array =>
  csr(toOctets(power(toNumber(message), D, N), OCTETS))
const plain = encoded(PLAIN)
const SIGNATURE = new Uint8Array(sign('sha256', INFO, KEY.privateKey))

const ENCODINGS: readonly (readonly [string, Uint8Array])[] = [
  ['no NULL in DigestInfo', encoded(digestInfo(`30 2f 30 0b ${SHA256} 04 20`))],
  ['a length in the long form', encoded(digestInfo(`30 81 31 30 0d ${SHA256} 05 00 04 20`))],
  [
    'the indefinite form',
    encoded(concat(digestInfo(`30 80 30 0d ${SHA256} 05 00 04 20`), octets(0, 0))),
  ],
  [
    'SHA-512 in DigestInfo',
    encoded(digestInfo('30 31 30 0d 06 09 60 86 48 01 65 03 04 02 03 05 00 04 20')),
  ],
  [
    'SHA-1 throughout',
    encoded(
      digestInfo(
        '30 21 30 09 06 05 2b 0e 03 02 1a 05 00 04 14',
        createHash('sha1').update(INFO).digest(),
      ),
    ),
  ],
  [
    'an octet more in DigestInfo',
    encoded(concat(digestInfo(`30 32 30 0d ${SHA256} 05 00 04 20`), octets(0))),
  ],
  [
    'octets in the parameters',
    encoded(digestInfo(`30 35 30 11 ${SHA256} 05 04 61 62 63 64 04 20`)),
  ],
  ['no DigestInfo', encoded(DIGEST)],
  [
    'the digest of another request',
    encoded(digestInfo(`30 31 30 0d ${SHA256} 05 00 04 20`, new Uint8Array(32))),
  ],
  ['an octet after DigestInfo', encoded(concat(PLAIN, octets(0)))],
  ['octets after DigestInfo and the least padding', loose(PLAIN, 8)],
  ['octets after DigestInfo and no padding', loose(PLAIN, 0)],
  ['a padding of zeros', encoded(PLAIN, '00 01', 0)],
  ['a padding with another octet', plain.with(100, 0xfe)],
  ['no zero after the padding', plain.with(plain.length - PLAIN.length - 1, 0xff)],
  ['the padding of encryption', encoded(PLAIN, '00 02')],
  ['block type 0', encoded(PLAIN, '00 00')],
  ['another first octet', encoded(PLAIN, '01 01')],
  ['the padding of PSS', pssEncoded()],
]

/** Numbers and lengths that no private key is needed for. */
const VALUES: readonly Forgery[] = [
  ['0', 'csr_signature_invalid', csr(new Uint8Array(OCTETS))],
  ['1', 'csr_signature_invalid', csr(toOctets(1n, OCTETS))],
  ['n − 1', 'csr_signature_invalid', csr(toOctets(N - 1n, OCTETS))],
  ['n', 'csr_malformed/signature_out_of_range', csr(toOctets(N, OCTETS))],
  ['n + 1', 'csr_malformed/signature_out_of_range', csr(toOctets(N + 1n, OCTETS))],
  ['2²⁰⁴⁸ − 1', 'csr_malformed/signature_out_of_range', csr(new Uint8Array(OCTETS).fill(0xff))],
  [
    'the right number plus n',
    'csr_malformed/signature_length',
    csr(toOctets(toNumber(SIGNATURE) + N, OCTETS + 1)),
  ],
  ['a zero in front', 'csr_malformed/signature_length', csr(concat(octets(0), SIGNATURE))],
  ['an octet after it', 'csr_malformed/signature_length', csr(concat(SIGNATURE, octets(0)))],
  ['its last octet missing', 'csr_malformed/signature_length', csr(SIGNATURE.subarray(0, -1))],
  ['no octets', 'csr_malformed/signature_length', csr(octets())],
  [
    'one octet changed',
    'csr_signature_invalid',
    csr(SIGNATURE.with(255, (SIGNATURE[255] ?? 0) ^ 1)),
  ],
]

export const RSA_FORGERIES: readonly Forgery[] = [
  ...ENCODINGS.map(([name, message]): Forgery => [
    `RSA over an encoding with ${name}`,
    'csr_signature_invalid',
    over(message),
  ]),
  ...VALUES.map(([name, verdict, der]): Forgery => [`RSA with ${name}`, verdict, der]),
]
export const RSA_CONTROLS: readonly Control[] = [['RSA, put together by hand', over(plain)]]
