import { createHash } from 'node:crypto'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import { aKey, type KeyPair } from '@edge-issuer/testbed/pki/x509'
import { describe, it } from 'vitest'
import * as z from 'zod'
import { KNOWN_KEY, KNOWN_KEY_SHA256 } from '../../../support/known-key.ts'
import { type Exchange, send } from '../../support/app.ts'
import { fixture } from '../../support/fixture.ts'
import { aSignRequest } from '../../support/sign-request.ts'
import { post } from '../../support/signed.ts'

const sha256Of = ({ spki }: KeyPair): string => createHash('sha256').update(spki).digest('hex')

/** Asks the worker, whose configuration has the list, for a certificate. */
async function ask(key: KeyPair, blockedKeys: readonly string[] | undefined): Promise<Exchange> {
  const config = z.looseObject({}).parse(JSON.parse(fixture.SIGNER_CONFIG))
  const bindings = { SIGNER_CONFIG: JSON.stringify({ ...config, blockedKeys }) }
  return send(post(aSignRequest({ csr: makeCsr({ key }) })), { bindings })
}

describe('a public key on the list', () => {
  it.for(['P-256', 'Ed25519', 'RSA-2048'] as const)(
    'is refused: %s, among others',
    async (type, { expect }) => {
      const key = aKey(type)
      const { status, body } = await ask(key, [KNOWN_KEY_SHA256, sha256Of(key)])
      const detail = expect.stringMatching(/ key is a blocked key .*; make a new key$/)
      expect(status).toBe(422)
      expect(body).toMatchObject({
        code: 'key_not_allowed',
        detail,
        errors: [{ code: 'key_not_allowed', fault: 'key_blocked', detail }],
      })
    },
  )
})

it.for([
  ['on another list', [sha256Of(aKey('P-384'))]],
  ['with an empty list', []],
  ['without a list', undefined],
] as const)('a public key %s is certified', async ([, blockedKeys], { expect }) => {
  expect((await ask(aKey(), blockedKeys)).status).toBe(201)
})

it('the hash is that of the SubjectPublicKeyInfo', ({ expect }) => {
  expect(sha256Of(KNOWN_KEY)).toBe(KNOWN_KEY_SHA256)
})
