import { createHash, createPrivateKey } from 'node:crypto'
import {
  certificatesPath,
  contentDigest,
  IDEMPOTENCY_KEY_HEADER,
  PROTOCOL_HEADER,
} from '@edge-issuer/shared'
import { makeKey } from '@edge-issuer/testbed/pki/x509'
import { it } from 'vitest'
import { PUBLIC_URL } from '../../../support/worker-fixture.ts'
import { send } from '../../support/app.ts'
import { keyOf, signingKey } from '../../support/fixture.ts'
import { aSignRequest } from '../../support/sign-request.ts'
import { at, doubled, edit, get, post, withBody, withHeaders } from '../../support/signed.ts'

const REJECTED = {
  type: 'tag:edge-issuer.dev,2026:refusal:credentials_rejected',
  title: 'The request is not signed by a registered client',
  status: 401,
  code: 'credentials_rejected',
  class: 'issuer',
  detail:
    "the request is not signed by a registered key for this URL; the worker's log has the reason under the request id",
}

const request = aSignRequest()
const body = JSON.stringify(request)
const digestOf = (text: string): string => contentDigest(createHash('sha256').update(text).digest())

/** RFC 8032 §7.1 test 1: the key that stands in for unknown ones. Anyone can sign with it. */
const decoy = signingKey(
  createPrivateKey({
    key: Buffer.from(
      '302e020100300506032b657004220420' +
        '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'hex',
    ),
    format: 'der',
    type: 'pkcs8',
  }),
)

const otherNonce = 'AAAAAAAAAAAAAAAAAAAAAA'
const hiddenBody = { contentDigest: digestOf(body), idempotencyKey: 'another-uid' }

it.for<[string, () => Request, string]>([
  // What was signed is not what was sent, in one component.
  ['another method', () => post(request, { message: { method: 'GET' } }), 'signature_invalid'],
  [
    'another path',
    () => at(post(request), `${PUBLIC_URL}${certificatesPath('expired')}`),
    'signature_invalid',
  ],
  [
    'the same path with another spelling',
    () => at(post(request), `${PUBLIC_URL}/v1/issuers/%64efault/certificates`),
    'signature_invalid',
  ],
  ['a query', () => at(post(request), `${post(request).url}?`.concat('a=b')), 'signature_invalid'],
  [
    'another host',
    () =>
      post(request, {
        message: { targetUri: `https://ca.example.org/signer${certificatesPath('default')}` },
      }),
    'signature_invalid',
  ],
  [
    'plain http',
    () =>
      post(request, {
        message: { targetUri: `http://ca.example.com/signer${certificatesPath('default')}` },
      }),
    'signature_invalid',
  ],
  ['another body', () => withBody(post(request), `${body} `), 'digest_mismatch'],
  [
    'another body with its digest',
    () =>
      withHeaders(withBody(post(request), `${body} `), { 'content-digest': digestOf(`${body} `) }),
    'signature_invalid',
  ],
  ['no body', () => withBody(post(request), ''), 'digest_mismatch'],
  [
    'a digest with another spelling',
    () => edit(post(request), 'content-digest', (value) => `${value}, sha-512=:AAAA:`),
    'digest_mismatch',
  ],
  [
    'another idempotency key',
    () => withHeaders(post(request), { [IDEMPOTENCY_KEY_HEADER]: crypto.randomUUID() }),
    'signature_invalid',
  ],
  [
    'a signature for another idempotency key',
    () => post(request, { message: { body: hiddenBody } }),
    'signature_invalid',
  ],
  [
    'an idempotency key that is none',
    () => withHeaders(post(request), { [IDEMPOTENCY_KEY_HEADER]: 'a b' }),
    'idempotency_key_malformed',
  ],
  [
    'another protocol version',
    () => withHeaders(post(request), { [PROTOCOL_HEADER]: '1.4' }),
    'signature_invalid',
  ],

  // The parameters of the signature.
  [
    'another created',
    () =>
      edit(post(request), 'signature-input', (value) =>
        value.replace(
          /created=(\d+)/,
          (_, seconds: string) => `created=${String(Number(seconds) + 1)}`,
        ),
      ),
    'signature_invalid',
  ],
  [
    'another expires',
    () =>
      edit(post(request), 'signature-input', (value) =>
        value.replace(
          /expires=(\d+)/,
          (_, seconds: string) => `expires=${String(Number(seconds) - 1)}`,
        ),
      ),
    'signature_invalid',
  ],
  [
    'another nonce',
    () =>
      edit(post(request), 'signature-input', (value) =>
        value.replace(/nonce="[^"]*"/, `nonce="${otherNonce}"`),
      ),
    'signature_invalid',
  ],
  [
    'the keyid of another client',
    () => post(request, { parameters: { keyId: keyOf('cluster-2').keyId } }),
    'signature_invalid',
  ],
  [
    'the key of another client under this keyid',
    () =>
      post(request, {
        key: { ...keyOf('cluster-2'), keyId: keyOf('cluster-1').keyId },
      }),
    'signature_invalid',
  ],
  [
    'an unknown key',
    () => post(request, { key: signingKey(makeKey('Ed25519').privateKey) }),
    'key_unknown',
  ],
  ['the key that stands in for unknown ones', () => post(request, { key: decoy }), 'key_unknown'],
  [
    'another tag',
    () =>
      edit(post(request), 'signature-input', (value) =>
        value.replace('csr-relay-1', 'csr-relay-2'),
      ),
    'signature_unreadable',
  ],
  [
    'another algorithm',
    () =>
      edit(post(request), 'signature-input', (value) => value.replace('ed25519', 'hmac-sha256')),
    'signature_unreadable',
  ],
  [
    'a component less',
    () => edit(post(request), 'signature-input', (value) => value.replace(' "content-digest"', '')),
    'signature_unreadable',
  ],
  [
    'a component more',
    () =>
      edit(post(request), 'signature-input', (value) =>
        value.replace('"@method"', '"@method" "date"'),
      ),
    'signature_unreadable',
  ],

  // The headers themselves.
  [
    'no Signature-Input',
    () => withHeaders(post(request), { 'signature-input': '' }),
    'signature_unreadable',
  ],
  ['no Signature', () => withHeaders(post(request), { signature: '' }), 'signature_unreadable'],
  [
    'Signature-Input twice',
    () => doubled(post(request), 'signature-input'),
    'signature_unreadable',
  ],
  ['Signature twice', () => doubled(post(request), 'signature'), 'signature_unreadable'],
  ['Content-Digest twice', () => doubled(post(request), 'content-digest'), 'digest_mismatch'],
  [
    'a second signature',
    () =>
      edit(
        edit(post(request), 'signature', (value) => `${value}, ${value.replace('relay', 'other')}`),
        'signature-input',
        (value) => `${value}, ${value.replace('relay', 'other')}`,
      ),
    'signature_unreadable',
  ],
  [
    'the signature of a GET',
    () => {
      const { headers } = get()
      return withHeaders(post(request), {
        'signature-input': headers.get('signature-input') ?? '',
        signature: headers.get('signature') ?? '',
      })
    },
    'signature_unreadable',
  ],
])('%s is rejected, and only the log says why', async ([, tampered, reason], { expect }) => {
  const exchange = await send(tampered())
  expect(exchange.body).toEqual(REJECTED)
  expect(exchange.log).toEqual([
    expect.objectContaining({ outcome: 'credentials_rejected', reason }),
  ])
})
