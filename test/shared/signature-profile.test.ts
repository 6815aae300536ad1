/** Which combinations of method, precondition and token the signature profile has, and how each is spelled. */
import {
  checkTokenCredential,
  coveredHeaders,
  isPrecondition,
  readSignature,
  signatureBase,
  signatureHeader,
  signatureInput,
  type SignedMessage,
  type TokenCredential,
} from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { CREDENTIAL, GET, PARAMETERS, POST } from './signed-messages.ts'

const POST_COVERED =
  '"@method" "@target-uri" "content-type" "content-digest" "idempotency-key" "edge-issuer-protocol"'
const IF_MATCH = { header: 'if-match', value: '"7"' } as const
const CREATE = { header: 'if-none-match', value: '*' } as const
/** Every combination that the profile has, with the components that it covers. */
const COMBINATIONS: readonly (readonly [name: string, message: SignedMessage, covered: string])[] =
  (
    [
      [GET, '"@method" "@target-uri" "edge-issuer-protocol"'],
      [POST, POST_COVERED],
      [{ ...POST, method: 'PUT', precondition: IF_MATCH }, `${POST_COVERED} "if-match"`],
      [{ ...POST, method: 'PUT', precondition: CREATE }, `${POST_COVERED} "if-none-match"`],
      [
        { ...GET, method: 'DELETE', precondition: IF_MATCH },
        '"@method" "@target-uri" "edge-issuer-protocol" "if-match"',
      ],
      [
        { ...GET, method: 'DELETE', precondition: CREATE },
        '"@method" "@target-uri" "edge-issuer-protocol" "if-none-match"',
      ],
    ] as const
  ).flatMap(([message, covered]) => {
    const name = `${message.method} ${'precondition' in message ? message.precondition.header : ''}`
    const ending = ' "edge-issuer-client" "edge-issuer-key" "edge-issuer-token"'
    return [
      [name, message, covered],
      [`${name} with a token`, { ...message, credential: CREDENTIAL }, covered + ending],
    ] as const
  })
const PARAMS = `;created=1770000000;expires=1770000060;nonce="AAECAwQFBgcICQoLDA0ODw";keyid="poqkLGiymh_W0uP6PZFw-dvez3QJT5SolqXBCW38r0U";alg="ed25519";tag="csr-relay-1"`

describe('the combinations of the profile', () => {
  it.for(COMBINATIONS)('%s covers one list of components', ([, message, covered], { expect }) => {
    expect(signatureInput(message, PARAMETERS)).toBe(`relay=(${covered})${PARAMS}`)
    const lines = signatureBase(message, PARAMETERS).split('\n')
    expect(lines.map((line) => line.slice(0, line.indexOf(': ')))).toEqual([
      ...covered.split(' '),
      '"@signature-params"',
    ])
  })

  it('lines of precondition and credential hold what is sent', ({ expect }) => {
    const message: SignedMessage = {
      ...GET,
      method: 'DELETE',
      precondition: IF_MATCH,
      credential: CREDENTIAL,
    }
    expect(signatureBase(message, PARAMETERS).split('\n').slice(3, -1)).toEqual([
      '"if-match": "7"',
      '"edge-issuer-client": prod-eu-3',
      '"edge-issuer-key": JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs',
      '"edge-issuer-token": eyJhbGciOiJSUzI1NiJ9.e30.c2ln',
    ])
    expect(coveredHeaders(message)).toEqual({
      'edge-issuer-protocol': '1.0',
      'if-match': '"7"',
      'edge-issuer-client': 'prod-eu-3',
      'edge-issuer-key': 'JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs',
      'edge-issuer-token': 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln',
    })
  })

  const signature = signatureHeader(new Uint8Array(64))

  it.for(COMBINATIONS)('%s is read with its own components only', ([name, message], { expect }) => {
    const readable = COMBINATIONS.filter(
      ([, other]) =>
        readSignature(message, { signatureInput: signatureInput(other, PARAMETERS), signature }) !==
        undefined,
    )
    expect(readable.map(([other]) => other)).toEqual([name])
  })
})

describe('isPrecondition', () => {
  it.for([
    ['if-match', '"7"', true],
    ['if-match', `"${'a'.repeat(64)}"`, true],
    ['if-match', `"${'a'.repeat(65)}"`, false],
    ['if-match', '*', false],
    ['if-match', '7', false],
    ['if-match', 'W/"7"', false],
    ['if-match', '"7", "8"', false],
    ['if-match', '"7"\n', false],
    ['if-match', '""', false],
    ['if-none-match', '*', true],
    ['if-none-match', '"7"', false],
    ['if-none-match', '', false],
  ] as const)('%s: %s is %s', ([header, value, want], { expect }) => {
    expect(isPrecondition({ header, value })).toBe(want)
  })
})

describe('checkTokenCredential', () => {
  it.for<[name: string, change: Partial<TokenCredential>, want: string | undefined]>([
    ['a credential', {}, undefined],
    ['no client', { client: '' }, 'client_malformed'],
    ['a client that is no name', { client: 'Prod' }, 'client_malformed'],
    ['no key', { publicKey: '' }, 'key_malformed'],
    ['a key that is too long', { publicKey: `${CREDENTIAL.publicKey}A` }, 'key_malformed'],
    ['base64 with padding', { publicKey: `${CREDENTIAL.publicKey.slice(1)}=` }, 'key_malformed'],
    ['no token', { token: '' }, 'token_malformed'],
    ['a token of two parts', { token: 'a.b' }, 'token_malformed'],
    ['a token of four parts', { token: 'a.b.c.d' }, 'token_malformed'],
    ['an unsigned token', { token: 'a.b.' }, undefined],
    ['a token with a space', { token: 'a.b.c ' }, 'token_malformed'],
    ['two tokens', { token: 'a.b.c, a.b.c' }, 'token_malformed'],
    ['the longest token', { token: `a.b.${'c'.repeat(4092)}` }, undefined],
    ['a longer token', { token: `a.b.${'c'.repeat(4093)}` }, 'token_too_long'],
  ])('%s', ([, change, want], { expect }) => {
    const checked = checkTokenCredential({ ...CREDENTIAL, ...change })
    expect(checked.ok ? undefined : checked.error).toBe(want)
  })
})
