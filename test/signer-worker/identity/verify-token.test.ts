import { generateKeyPairSync } from 'node:crypto'
import { tokenAudience } from '@edge-issuer/shared'
import { it } from 'vitest'
import { jwksSchema } from '../../../signer-worker/src/config/jwks.ts'
import { compileKeys, type FindTokenKey } from '../../../signer-worker/src/identity/token-keys.ts'
import { type TokenError, verifyToken } from '../../../signer-worker/src/identity/verify-token.ts'
import {
  type ClusterKey,
  makeClusterKey,
  makeToken,
  type TokenChanges,
  withPssSignature,
} from '../../support/cluster-token.ts'
import { PUBLIC_URL } from '../../support/worker-fixture.ts'

const NOW_MS = 1_770_000_000_000
const KEY_ID = 'poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U'
const AUDIENCE = tokenAudience(PUBLIC_URL, KEY_ID)
const SUBJECT = 'system:serviceaccount:edge-issuer:edge-issuer-relay'
const ISSUER = 'https://kubernetes.default.svc.cluster.local'

const rsa = makeClusterKey('RS256', 'rsa')
const KEYS = [
  rsa,
  makeClusterKey('ES256', 'p256'),
  makeClusterKey('ES384', 'p384'),
  makeClusterKey('ES512', 'p521'),
  makeClusterKey('EdDSA', 'ed25519'),
] as const
const keys = compileKeys(jwksSchema.parse({ keys: KEYS.map(({ jwk }) => jwk) }).keys)
const findKey: FindTokenKey = async (kid) => Promise.resolve(keys.get(kid))
const expected = { issuer: ISSUER, audience: AUDIENCE, subjects: [SUBJECT], findKey }

const token = (changes: TokenChanges = {}, key: ClusterKey = rsa): string =>
  makeToken(key, { issuer: ISSUER, audience: AUDIENCE, subject: SUBJECT, nowMs: NOW_MS }, changes)

const at = (seconds: number): number => NOW_MS / 1000 + seconds

it.for(KEYS)('a token signed with $algorithm is accepted', async (key, { expect }) => {
  expect(await verifyToken(token({}, key), expected, NOW_MS)).toEqual({
    ok: true,
    value: { keyId: key.kid, subject: SUBJECT },
  })
})

it.for(['RS384', 'RS512', 'PS256', 'PS384', 'PS512'])(
  'an RSA key without alg verifies %s',
  async (alg, { expect }) => {
    const plain = token({ header: { alg } })
    const sent = alg.startsWith('PS') ? await withPssSignature(plain, rsa) : plain
    expect((await verifyToken(sent, expected, NOW_MS)).ok).toBe(true)
  },
)

it('one audience may be a list or a text', async ({ expect }) => {
  const text = token({ payload: { aud: AUDIENCE } })
  expect((await verifyToken(text, expected, NOW_MS)).ok).toBe(true)
})

const stranger = makeClusterKey('RS256', 'stranger')
/** Another cluster: the same issuer and key id, another key. */
const imposter = makeClusterKey('RS256', 'rsa')
const other = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }).x ?? ''
const spki = rsa.publicKey.export({ format: 'pem', type: 'spki' })

it.for<[name: string, token: string, want: TokenError]>([
  ['no token', 'a.b.c', 'token_malformed'],
  ['a header that is no JSON', token().replace(/^[^.]+/u, 'AAAA'), 'token_malformed'],
  ['a header that is a list', token({ rawHeader: '[]' }), 'token_malformed'],
  ['a payload that is a list', token({ rawPayload: '[]' }), 'token_malformed'],
  ['another audience', token({ payload: { aud: ['api'] } }), 'token_audience_mismatch'],
  ['two audiences', token({ payload: { aud: [AUDIENCE, 'api'] } }), 'token_audience_mismatch'],
  [
    'the audience twice',
    token({ payload: { aud: [AUDIENCE, AUDIENCE] } }),
    'token_audience_mismatch',
  ],
  ['no audience in the list', token({ payload: { aud: [] } }), 'token_audience_mismatch'],
  ['no audience', token({ payload: { aud: undefined } }), 'token_malformed'],
  [
    'the audience of another key',
    token({ payload: { aud: [tokenAudience(PUBLIC_URL, other)] } }),
    'token_audience_mismatch',
  ],
  [
    'the audience of another worker',
    token({ payload: { aud: [tokenAudience('https://other.example', KEY_ID)] } }),
    'token_audience_mismatch',
  ],
  [
    'another ServiceAccount',
    token({ payload: { sub: 'system:serviceaccount:edge-issuer:default' } }),
    'token_subject_not_registered',
  ],
  [
    'another namespace',
    token({ payload: { sub: 'system:serviceaccount:kube-system:edge-issuer-relay' } }),
    'token_subject_not_registered',
  ],
  ['no subject', token({ payload: { sub: undefined } }), 'token_malformed'],
  ['another issuer', token({ payload: { iss: 'https://other' } }), 'token_issuer_mismatch'],
  ['the issuer with a slash', token({ payload: { iss: `${ISSUER}/` } }), 'token_issuer_mismatch'],
  ['an expired token', token({ payload: { exp: at(-60), iat: at(-3600) } }), 'token_expired'],
  ['no end', token({ payload: { exp: undefined } }), 'token_malformed'],
  ['an end that is text', token({ payload: { exp: String(at(60)) } }), 'token_malformed'],
  ['a future iat', token({ payload: { iat: at(61) } }), 'token_not_yet_valid'],
  ['a future nbf', token({ payload: { nbf: at(61) } }), 'token_not_yet_valid'],
  ['no iat', token({ payload: { iat: undefined } }), 'token_malformed'],
  ['a lifetime of a day', token({ payload: { exp: at(86_400) } }), 'token_lifetime_too_long'],
  ['another cluster with the same issuer', token({}, stranger), 'token_key_unknown'],
  [
    'another cluster with the same issuer and key id',
    token({}, imposter),
    'token_signature_invalid',
  ],
  ['no key id', token({ header: { kid: undefined } }), 'token_key_unknown'],
  ['a key id that is no text', token({ header: { kid: 1 } }), 'token_key_unknown'],
  [
    'the key in the header',
    token({ header: { kid: 'x', jwk: stranger.jwk } }, stranger),
    'token_key_unknown',
  ],
  ['alg none', token({ header: { alg: 'none' }, signature: '' }), 'token_algorithm_not_allowed'],
  ['alg NONE', token({ header: { alg: 'NONE' }, signature: '' }), 'token_algorithm_not_allowed'],
  ['no alg', token({ header: { alg: undefined } }), 'token_malformed'],
  [
    'HS256 with the public key as its secret',
    token({ header: { alg: 'HS256' }, secret: spki }),
    'token_algorithm_not_allowed',
  ],
  [
    'HS256 with the modulus as its secret',
    token({ header: { alg: 'HS256' }, secret: String(rsa.jwk['n']) }),
    'token_algorithm_not_allowed',
  ],
  ['ML-DSA', token({ header: { alg: 'ML-DSA-44' } }), 'token_algorithm_not_allowed'],
  ['an RSA key under ES256', token({ header: { alg: 'ES256' } }), 'token_key_mismatch'],
  ['an RSA key under EdDSA', token({ header: { alg: 'EdDSA' } }), 'token_key_mismatch'],
  [
    'a P-256 key under ES384',
    token({ header: { alg: 'ES384', kid: 'p256' } }),
    'token_key_mismatch',
  ],
  ['a critical extension', token({ header: { crit: ['x'], x: 1 } }), 'token_key_mismatch'],
  ['an unencoded payload', token({ header: { crit: ['b64'], b64: false } }), 'token_malformed'],
  ['a changed payload', token().replace(/\.[^.]+\./u, '.e30.'), 'token_signature_invalid'],
  ['a signature of nothing', token({ signature: '' }), 'token_signature_invalid'],
])('%s is refused', async ([, sent, want], { expect }) => {
  expect(await verifyToken(sent, expected, NOW_MS)).toEqual({ ok: false, error: want })
})

it.for<[name: string, changes: TokenChanges]>([
  ['expired less than the skew ago', { payload: { exp: at(-59), iat: at(-3600) } }],
  ['issued less than the skew ahead', { payload: { iat: at(60), nbf: at(60), exp: at(3660) } }],
  ['of the longest lifetime', { payload: { exp: at(7200) } }],
])('a token that is %s is accepted', async ([, changes], { expect }) => {
  expect((await verifyToken(token(changes), expected, NOW_MS)).ok).toBe(true)
})
