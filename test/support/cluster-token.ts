/**
 * ServiceAccount tokens as an API server signs them, and as an attacker would like to have them.
 * @module
 */
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import * as z from 'zod'

/** A key of a cluster's API server. */
export interface ClusterKey {
  readonly algorithm: string
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** As `/openid/v1/jwks` has it. */
  readonly jwk: Readonly<Record<string, unknown>>
}

/** What a token says. */
export interface TokenContents {
  readonly issuer: string
  readonly audience: string
  readonly subject: string
  /** Epoch ms. */
  readonly nowMs: number
}

/** What is different from a good token; `undefined` takes a member away. */
export interface TokenChanges {
  readonly header?: Readonly<Record<string, unknown>>
  readonly payload?: Readonly<Record<string, unknown>>
  readonly rawHeader?: string
  readonly rawPayload?: string
  /** In place of the signature. */
  readonly signature?: string
  /** Signs with HMAC. */
  readonly secret?: string | Buffer
}

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

function makeKeyPair(algorithm: string): { publicKey: KeyObject; privateKey: KeyObject } {
  const namedCurve = CURVES[algorithm]
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve })
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

/** Makes the key of an API server. An RSA key is good for every RSA algorithm. */
export function makeClusterKey(algorithm: string, kid: string): ClusterKey {
  const { publicKey, privateKey } = makeKeyPair(algorithm)
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' }
  return { algorithm, kid, privateKey, publicKey, jwk }
}

/** Makes a token; only {@link TokenChanges} make it a bad one. */
export function makeToken(
  key: ClusterKey,
  { issuer, audience, subject, nowMs }: TokenContents,
  changes: TokenChanges = {},
): string {
  const seconds = Math.floor(nowMs / 1000)
  const header = { alg: key.algorithm, kid: key.kid, ...changes.header }
  const [, , namespace = '', name = ''] = subject.split(':')
  const payload = {
    aud: [audience],
    exp: seconds + 3600,
    iat: seconds,
    iss: issuer,
    jti: 'f1c7b8d2-3a5e-4a1c-9d8e-0b2f4c6a8e10',
    'kubernetes.io': {
      namespace,
      pod: { name: 'edge-issuer-relay-0', uid: '6c3b2a10-0000-4000-8000-000000000001' },
      serviceaccount: { name, uid: '6c3b2a10-0000-4000-8000-000000000002' },
    },
    nbf: seconds,
    sub: subject,
    ...changes.payload,
  }
  const input = [
    changes.rawHeader ?? JSON.stringify(header),
    changes.rawPayload ?? JSON.stringify(payload),
  ]
    .map((text) => Buffer.from(text).toString('base64url'))
    .join('.')
  const signature =
    changes.signature ??
    (changes.secret === undefined
      ? signInput(key, header.alg, input).toString('base64url')
      : createHmac('sha256', changes.secret).update(input).digest('base64url'))
  return `${input}.${signature}`
}

/** An algorithm that is not of the key's type is signed as the key can. */
function signInput({ privateKey }: ClusterKey, algorithm: string, input: string): Buffer {
  const data = Buffer.from(input)
  // The runtime takes options with PEM only.
  const key = privateKey.export({ format: 'pem', type: 'pkcs8' })
  const type = privateKey.asymmetricKeyType
  if (type === 'ed25519') return sign(null, data, privateKey)
  const hash = /(?:256|384|512)$/u.exec(algorithm)?.[0] ?? '256'
  if (type === 'ec') return sign(`sha${hash}`, data, { key, dsaEncoding: 'ieee-p1363' })
  return sign(`sha${hash}`, data, { key })
}

/** The same token with a signature of RSASSA-PSS, which the runtime makes with Web Crypto only. */
export async function withPssSignature(token: string, { privateKey }: ClusterKey): Promise<string> {
  const [header = '', payload = ''] = token.split('.')
  const { alg } = z.object({ alg: z.string() }).parse(JSON.parse(atob(header)))
  const bits = alg.slice(2)
  const key = await crypto.subtle.importKey(
    'pkcs8',
    privateKey.export({ format: 'der', type: 'pkcs8' }),
    { name: 'RSA-PSS', hash: `SHA-${bits}` },
    false,
    ['sign'],
  )
  const data = Buffer.from(`${header}.${payload}`)
  const algorithm = { name: 'RSA-PSS', saltLength: Number(bits) / 8 }
  const signature = await crypto.subtle.sign(algorithm, key, data)
  return `${header}.${payload}.${Buffer.from(signature).toString('base64url')}`
}
