/**
 * Takes the place of `node:crypto` in a second copy of the product's code, and finds out which calls
 * that code makes: they can be made again alone, which is the price of the cryptography; or answered
 * with what they gave before, which leaves everything but the cryptography.
 *
 * A function that the product imports and that is missing here stops the bundler.
 *
 * @module
 */
import * as crypto from 'node:crypto'

/** Only RSASSA-PSS needs them, which no request of the benchmark is signed with. */
export { constants, createVerify } from 'node:crypto'

/** One call, to be made again. */
export interface CryptoCall {
  readonly name: string
  readonly run: () => unknown
}

type Mode = 'pass' | 'record' | 'replay'

let mode: Mode = 'pass'
let calls: CryptoCall[] = []

/** Runs `act` and returns the calls that it made, in order. */
export function record(act: () => unknown): readonly CryptoCall[] {
  calls = []
  inMode('record', act)
  return calls
}

/** Runs `act` without cryptography: each function gives what it gave the last time. */
export const withoutCrypto = <T>(act: () => T): T => inMode('replay', act)

function inMode<T>(wanted: Mode, act: () => T): T {
  mode = wanted
  try {
    return act()
  } finally {
    mode = 'pass'
  }
}

function observed<A extends readonly unknown[], R>(
  name: string,
  call: (...args: A) => R,
): (...args: A) => R {
  let last: { readonly result: R } | undefined
  return (...args) => {
    if (mode === 'replay' && last !== undefined) return last.result
    if (mode === 'record') calls.push({ name, run: () => call(...args) })
    const result = call(...args)
    last = { result }
    return result
  }
}

type Bytes = Uint8Array<ArrayBuffer>
type Hash = string | null | undefined

export const sign = observed('sign', (hash: Hash, data: Bytes, key: crypto.KeyLike) =>
  crypto.sign(hash, data, key),
)

export const verify = observed(
  'verify',
  (hash: Hash, ...[data, key, signature]: readonly [Bytes, crypto.KeyLike, Bytes]) =>
    crypto.verify(hash, data, key, signature),
)

export const createPublicKey = observed(
  'createPublicKey',
  (key: Parameters<typeof crypto.createPublicKey>[0]) => crypto.createPublicKey(key),
)

export const createPrivateKey = observed(
  'createPrivateKey',
  (key: Parameters<typeof crypto.createPrivateKey>[0]) => crypto.createPrivateKey(key),
)

export const getRandomValues = observed('getRandomValues', (bytes: Bytes) =>
  crypto.getRandomValues(bytes),
)

const digest = observed('hash', (algorithm: string, data: Bytes) =>
  crypto.createHash(algorithm).update(data).digest(),
)

/** One `update` and one `digest`, which is all that the product does. */
export function createHash(algorithm: string): object {
  return {
    update: (data: Bytes) => ({
      digest: (encoding?: BufferEncoding) => {
        const bytes = digest(algorithm, data)
        return encoding === undefined ? bytes : bytes.toString(encoding)
      },
    }),
  }
}

export const hash = observed('hash', (algorithm: string, data: Bytes, encoding: 'buffer') =>
  crypto.hash(algorithm, data, encoding),
)

const verifyCertificate = observed(
  'X509Certificate.verify',
  (certificate: crypto.X509Certificate, key: crypto.KeyObject) => certificate.verify(key),
)

/** Reading the certificate is not cryptography; verifying it is. */
export class X509Certificate {
  readonly #real: crypto.X509Certificate

  constructor(der: Bytes) {
    this.#real = new crypto.X509Certificate(der)
  }

  get publicKey(): crypto.KeyObject {
    return this.#real.publicKey
  }

  verify(key: crypto.KeyObject): boolean {
    return verifyCertificate(this.#real, key)
  }
}
