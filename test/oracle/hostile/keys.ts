/**
 * Keys that others can use as well, or that verifiers disagree about.
 * @module
 */
import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  verify,
  X509Certificate,
} from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { csrInfo, type CsrOptions, rsaSpki, signCsr } from '@edge-issuer/testbed/pki/csr'
import {
  aKey,
  ascii,
  bitString,
  concat,
  generalName,
  type KeyPair,
  makeKey,
  name,
  NULL,
  octets,
  oid,
  seq,
  subjectAltName,
} from '@edge-issuer/testbed/pki/x509'
import type { Presented, Refused } from '../verifiers/verifier.ts'
import type { HostileRequest, Proof } from './hostile-request.ts'
import {
  closePrimesKey,
  encodedDigest,
  rocaKey,
  showFermat,
  showTrialDivision,
  smallFactorKey,
} from './rsa-numbers.ts'
import { runOpenssl } from './run-openssl.ts'

const HOST = 'web.acme.internal'
const AS_HOST = { kind: 'server', host: HOST } as const
const CHAIN = { kind: 'chain' } as const

const CSR = {
  subject: name(['O', 'Acme']),
  extensions: [subjectAltName(generalName.dns(HOST))],
} as const satisfies CsrOptions

const pair = (privateKey: KeyObject, type: KeyPair['type']): KeyPair => ({
  type,
  privateKey,
  privateKeyPem: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
  spki: new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' })),
})

const elliptic = (namedCurve: string): KeyPair =>
  pair(generateKeyPairSync('ec', { namedCurve }).privateKey, 'P-256')

/** The same point with its first coordinate alone (RFC 5480 §2.2). */
function compressed(key: KeyPair): KeyPair {
  const [x, y] = [key.spki.subarray(-64, -32), key.spki.subarray(-32)]
  const sign = octets(((y.at(-1) ?? 0) & 1) === 1 ? 3 : 2)
  const algorithm = seq(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7'))
  return { ...key, spki: seq(algorithm, bitString(Buffer.concat([sign, x]))) }
}

interface Row {
  readonly title: string
  readonly key: KeyPair
  readonly proof: Proof
}

const ROWS: readonly Row[] = [
  {
    title: 'an RSA key whose primes are close to each other',
    key: closePrimesKey(),
    proof: {
      kind: 'shown',
      what: "Node accepts a key for it that Fermat's method makes from the certificate alone",
      show: (presented) => showFermat(presented, HOST),
    },
  },
  {
    title: 'an RSA key with a small factor',
    key: smallFactorKey(),
    proof: {
      kind: 'shown',
      what: 'Node accepts a key for it that trial division makes from the certificate alone',
      show: (presented) => showTrialDivision(presented, HOST),
    },
  },
  {
    title: "an RSA key of Infineon's library (ROCA)",
    key: rocaKey(),
    proof: { kind: 'used', as: AS_HOST, by: ['openssl', 'curl', 'Node', 'Python', 'Go', 'Java'] },
  },
  {
    title: 'an RSA key of 1024 bits',
    key: makeKey('RSA-1024'),
    proof: { kind: 'used', as: CHAIN, by: ['openssl', 'Go'] },
  },
  {
    title: 'an RSA key with the exponent 3',
    key: pair(
      generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).privateKey,
      'RSA-2048',
    ),
    proof: { kind: 'used', as: AS_HOST, by: ['openssl', 'curl', 'Node', 'Python', 'Go', 'Java'] },
  },
  {
    title: 'a key on the curve secp256k1',
    key: elliptic('secp256k1'),
    proof: { kind: 'used', as: CHAIN, by: ['openssl'] },
  },
  {
    title: 'a key on the curve P-224',
    key: elliptic('secp224r1'),
    proof: { kind: 'used', as: CHAIN, by: ['openssl', 'Go'] },
  },
  {
    title: 'a key on a Brainpool curve',
    key: elliptic('brainpoolP256r1'),
    proof: { kind: 'used', as: CHAIN, by: ['openssl'] },
  },
  {
    title: 'a compressed point, which Go does not read',
    key: compressed(makeKey('P-256')),
    proof: { kind: 'used', as: CHAIN, by: ['openssl'] },
  },
]

const RSA_SHA256 = seq(oid('1.2.840.113549.1.1.11'), NULL)
const ED25519 = seq(oid('1.3.101.112'))

/** A certification request that was signed without a private key. */
const signedByAnyone = (
  spki: Uint8Array,
  signatureAlgorithm: Uint8Array,
  toSignature: (data: Uint8Array) => Uint8Array,
): Uint8Array => {
  const info = csrInfo({ ...CSR, spki })
  return signCsr(info, { signatureAlgorithm, signature: toSignature(info) })
}

const MODULUS = createPublicKey(aKey('RSA-2048').privateKey).export({ format: 'jwk' }).n ?? ''
const EXPONENT_1 = rsaSpki(BigInt(`0x${Buffer.from(MODULUS, 'base64url').toString('hex')}`), 1n)

/** Of the base point of Ed25519 (RFC 8032 §5.1). */
const GROUP_ORDER = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n

/** The neutral element of the curve in the form of RFC 8032 §5.1.2. */
const NEUTRAL = Uint8Array.from([1, ...new Uint8Array(31)])
const NEUTRAL_KEY = seq(ED25519, bitString(NEUTRAL))
/**
 * Right for every message under the neutral element: any point of the base point's multiples, and which
 * multiple it is (RFC 8032 §5.1.7).
 */
const CONSTANT_SIGNATURE = ((): Uint8Array => {
  const key = aKey('Ed25519')
  const seed = Buffer.from(key.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
  const scalar = createHash('sha512').update(seed).digest().subarray(0, 32)
  scalar[0] = (scalar[0] ?? 0) & 0xf8
  scalar[31] = ((scalar[31] ?? 0) & 0x7f) | 0x40
  const reduced = BigInt(`0x${Buffer.from(scalar.toReversed()).toString('hex')}`) % GROUP_ORDER
  const multiple = Buffer.from(reduced.toString(16).padStart(64, '0'), 'hex').toReversed()
  return concat(key.spki.subarray(-32), multiple)
})()

/** What was never signed by a private key. */
const MESSAGE = ascii('anything at all')

const showExponent1 = async ({ certificate }: Presented): Promise<Refused> =>
  Promise.resolve(
    verify('sha256', MESSAGE, new X509Certificate(certificate).publicKey, encodedDigest(MESSAGE))
      ? undefined
      : 'Node does not accept the signature',
  )

async function showConstantSignature(): Promise<Refused> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-issuer-ed25519-'))
  try {
    const files = { key: NEUTRAL_KEY, message: MESSAGE, signature: CONSTANT_SIGNATURE }
    for (const [file, contents] of Object.entries(files)) {
      await writeFile(join(folder, file), contents)
    }
    const { isOk, output } = await runOpenssl(
      [
        ...'pkeyutl -verify -pubin -inkey key -keyform DER -rawin'.split(' '),
        ...'-in message -sigfile signature'.split(' '),
      ],
      folder,
    )
    return isOk ? undefined : output
  } finally {
    await rm(folder, { recursive: true })
  }
}

const COMMON = { ca: 'constrained', client: 'restricted', code: 'key_not_allowed' } as const

function toRequest({ title, key, proof }: Row): HostileRequest {
  return { ...COMMON, title, csr: { ...CSR, key }, proof }
}

export const KEYS: readonly HostileRequest[] = [
  ...ROWS.map(toRequest),
  {
    ...COMMON,
    title: 'an RSA key with the exponent 1',
    csr: CSR,
    der: signedByAnyone(EXPONENT_1, RSA_SHA256, encodedDigest),
    certificate: { by: 'hand', key: { ...aKey('RSA-2048'), spki: EXPONENT_1 } },
    proof: {
      kind: 'shown',
      what: 'Node accepts a signature under it that was made without a private key',
      show: showExponent1,
    },
  },
  {
    ...COMMON,
    title: 'an Ed25519 key of small order',
    csr: CSR,
    der: signedByAnyone(NEUTRAL_KEY, ED25519, () => CONSTANT_SIGNATURE),
    certificate: { by: 'hand', key: { ...aKey('Ed25519'), spki: NEUTRAL_KEY } },
    proof: {
      kind: 'shown',
      what: 'openssl accepts the same signature under it for every message',
      show: showConstantSignature,
    },
  },
]
