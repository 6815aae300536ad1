import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import {
  checkSignatureWindow,
  readSignature,
  readSignatureBase,
  signatureBase,
  signatureHeader,
  signatureInput,
} from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { CREATED, CREDENTIAL, GET, PARAMETERS, POST } from './signed-messages.ts'

/** The Ed25519 key of RFC 9421, appendix B.1.4: public knowledge, for tests only. */
const PRIVATE_KEY = createPrivateKey({
  format: 'jwk',
  key: {
    kty: 'OKP',
    crv: 'Ed25519',
    d: 'n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU',
    x: 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs',
  },
})
const PARAMS = `;created=1770000000;expires=1770000060;nonce="AAECAwQFBgcICQoLDA0ODw";keyid="poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U";alg="ed25519";tag="csr-relay-1"`

describe('signatureBase', () => {
  it('of a POST covers method, target, type, digest, key and version, as RFC 9421 §2.5 writes it', ({
    expect,
  }) => {
    expect(signatureBase(POST, PARAMETERS)).toBe(
      [
        '"@method": POST',
        '"@target-uri": https://ca.test/v1/issuers/default/certificates',
        '"content-type": application/json',
        // The digest is RFC 9530's own example (appendix B.1).
        '"content-digest": sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:',
        '"idempotency-key": b7f1c9a0-0000-4000-8000-000000000001',
        '"edge-issuer-protocol": 1.0',
        `"@signature-params": ("@method" "@target-uri" "content-type" "content-digest" "idempotency-key" "edge-issuer-protocol")${PARAMS}`,
      ].join('\n'),
    )
  })

  it('of a GET covers method, target and version', ({ expect }) => {
    expect(signatureBase(GET, PARAMETERS)).toBe(
      [
        '"@method": GET',
        '"@target-uri": https://ca.test/v1/issuers/default',
        '"edge-issuer-protocol": 1.0',
        `"@signature-params": ("@method" "@target-uri" "edge-issuer-protocol")${PARAMS}`,
      ].join('\n'),
    )
  })
})

describe('readSignatureBase', () => {
  const base = signatureBase(POST, PARAMETERS)
  const tokenBase = signatureBase({ ...POST, credential: CREDENTIAL }, PARAMETERS)

  it('gives back what was signed', ({ expect }) => {
    expect(readSignatureBase(base)).toEqual({ message: POST, parameters: PARAMETERS })
  })

  it('gives back a token', ({ expect }) => {
    expect(readSignatureBase(tokenBase)).toEqual({
      message: { ...POST, credential: CREDENTIAL },
      parameters: PARAMETERS,
    })
  })

  it.for<[string, string]>([
    ['nothing', ''],
    ['a base of a GET', signatureBase(GET, PARAMETERS)],
    ['something before it', `\n${base}`],
    ['something after it', `${base}\n`],
    ['a line more', base.replace('"@target-uri"', '"x": y\n"@target-uri"')],
    ['a line less', base.replace(/"content-type".*\n/, '')],
    ['lines in another order', base.split('\n').toReversed().join('\n')],
    ['CRLF', base.replaceAll('\n', '\r\n')],
    ['another method', base.replace('POST', 'PUT')],
    ['a URI without TLS', base.replace('https:', 'http:')],
    ['a URI with a space', base.replace('/v1/', '/v 1/')],
    ['another content type', base.replace('application/json', 'text/plain')],
    ['another digest algorithm', base.replace('sha-256=', 'sha-512=')],
    ['a digest of another length', base.replace('=:\n', ':\n')],
    ['another tag', base.replace('csr-relay-1', 'csr-relay-2')],
    ['another algorithm', base.replace('ed25519', 'rsa-v1_5-sha256')],
    ['a parameter more', `${base};x="y"`],
    ['other components', base.replace('("@method" ', '(')],
    ['a key id that is too short', base.replace('keyid="p', 'keyid="')],
    ['a token without a key', tokenBase.replace(/"edge-issuer-key".*\n/, '')],
    ['a token that is not a component', tokenBase.replace(/ "edge-issuer-client".*"\)/, ')')],
    ['a component without its token', base.replace('protocol")', 'protocol" "edge-issuer-token")')],
    [
      'a precondition',
      signatureBase({ ...POST, precondition: { header: 'if-none-match', value: '*' } }, PARAMETERS),
    ],
    ['a time that is too short', base.replace('created=1', 'created=')],
  ])('refuses %s', ([, text], { expect }) => {
    expect(readSignatureBase(text)).toBeUndefined()
  })
})

describe('readSignature', () => {
  const signature = sign(null, Buffer.from(signatureBase(POST, PARAMETERS)), PRIVATE_KEY)
  const headers = {
    signatureInput: signatureInput(POST, PARAMETERS),
    signature: signatureHeader(signature),
  }

  it.for([
    { message: POST, name: 'POST' },
    { message: GET, name: 'GET' },
  ])('reads back what was written for a $name', ({ message }, { expect }) => {
    const read = readSignature(message, {
      ...headers,
      signatureInput: signatureInput(message, PARAMETERS),
    })
    expect(read?.parameters).toEqual(PARAMETERS)
    expect(Buffer.from(read?.signature ?? [])).toEqual(signature)
  })

  it('gives a signature that verifies over the rebuilt base', ({ expect }) => {
    const read = readSignature(POST, headers)
    const base = Buffer.from(signatureBase(POST, read?.parameters ?? { ...PARAMETERS, nonce: '' }))
    const key = createPublicKey(PRIVATE_KEY)
    expect(verify(null, base, key, read?.signature ?? new Uint8Array())).toBe(true)
  })

  const input = headers.signatureInput
  it.for([
    { name: 'nothing', change: { signatureInput: '', signature: '' } },
    { name: 'another label', change: { signatureInput: input.replace('relay=', 'sig1=') } },
    {
      name: 'another tag',
      change: { signatureInput: input.replace('csr-relay-1', 'csr-relay-2') },
    },
    {
      name: 'another algorithm',
      change: { signatureInput: input.replace('ed25519', 'rsa-pss-sha512') },
    },
    {
      name: 'a component left out',
      change: { signatureInput: input.replace(' "content-digest"', '') },
    },
    {
      name: 'components in another order',
      change: {
        signatureInput: input.replace('"@method" "@target-uri"', '"@target-uri" "@method"'),
      },
    },
    {
      name: 'parameters in another order',
      change: { signatureInput: input.replace(/(;created=\d+)(;expires=\d+)/, '$2$1') },
    },
    { name: 'a further parameter', change: { signatureInput: `${input};x=1` } },
    { name: 'a space more', change: { signatureInput: ` ${input}` } },
    { name: 'a new line at the end', change: { signatureInput: `${input}\n` } },
    { name: 'a nonce that is too short', change: { signatureInput: input.replace('ODw"', '"') } },
    {
      name: 'a creation time in milliseconds',
      change: { signatureInput: input.replace('1770000000', '1770000000000') },
    },
    { name: 'two signatures', change: { signatureInput: `${input}, ${input}` } },
    {
      name: 'the signature sent twice',
      change: { signature: `${headers.signature}, ${headers.signature}` },
    },
    {
      name: 'a signature of 63 octets',
      change: { signature: signatureHeader(signature.subarray(1)) },
    },
    {
      name: 'a signature that is not base64',
      change: { signature: headers.signature.replace(':', ':*') },
    },
    {
      name: 'base64 with unused bits set',
      change: { signature: headers.signature.replace(/.==:$/, 'B==:') },
    },
  ])('refuses $name', ({ change }, { expect }) => {
    expect(readSignature(POST, { ...headers, ...change })).toBeUndefined()
  })

  it('refuses the components of a POST on a GET', ({ expect }) => {
    expect(readSignature(GET, headers)).toBeUndefined()
  })
})

describe('checkSignatureWindow', () => {
  it.for([
    { name: 'just made', nowSeconds: 0, want: undefined },
    { name: 'at its last second', nowSeconds: 60, want: undefined },
    { name: 'a moment after', nowSeconds: 60.001, want: 'created_out_of_window' },
    { name: 'expired although young', nowSeconds: 31, lifetime: 30, want: 'expired' },
    { name: 'not yet expired', nowSeconds: 30, lifetime: 30, want: undefined },
    { name: 'a client 60 s ahead', nowSeconds: -60, want: undefined },
    { name: 'a client further ahead', nowSeconds: -60.001, want: 'created_out_of_window' },
    { name: 'a lifetime of 61 s', nowSeconds: 0, lifetime: 61, want: 'lifetime_too_long' },
    { name: 'a negative lifetime', nowSeconds: 0, lifetime: -1, want: 'lifetime_too_long' },
  ])('$name: $want', ({ nowSeconds, lifetime = 60, want }, { expect }) => {
    const window = checkSignatureWindow(
      { ...PARAMETERS, expiresSeconds: CREATED + lifetime },
      (CREATED + nowSeconds) * 1000,
    )
    expect(window.ok ? undefined : window.error).toBe(want)
  })
})
