/**
 * Changes of the directory as the routes make them, below authentication.
 * @module
 */
import { createPublicKey } from 'node:crypto'
import { makeKey } from '@edge-issuer/testbed/pki/x509'
import { env } from 'cloudflare:workers'
import { DIRECTORY_NAME, type Directory } from '../../../signer-worker/src/directory/directory.ts'
import type {
  ChangeAuthor,
  ClientKey,
  ClientPut,
} from '../../../signer-worker/src/directory/messages.ts'
import { type SigningKey, signingKey } from './fixture.ts'

/** The directory that the worker uses, or another one. */
export const aDirectory = (name = DIRECTORY_NAME): DurableObjectStub<Directory> =>
  env.DIRECTORY.getByName(name)

/** An admin with a signature of its own. */
export const anAuthor = (admin: string | null = 'alice'): ChangeAuthor => ({
  admin,
  keyId: 'k'.repeat(43),
  signatureBase: 'b',
  signature: crypto.getRandomValues(new Uint8Array(64)),
  body: new TextEncoder().encode('{}'),
})

/** A key without limits of time. */
export const aClientKey = (keyId: string): ClientKey => ({
  keyId,
  notBeforeMs: null,
  notAfterMs: null,
})

/** A new client with an entry that only the directory reads. */
export const aPut = (name: string, changes: Partial<ClientPut> = {}): ClientPut => ({
  name,
  author: anAuthor(),
  isDryRun: false,
  version: undefined,
  entry: JSON.stringify({ issuers: ['default'] }),
  keys: [],
  identity: undefined,
  disabled: undefined,
  ...changes,
})

/** An entry that may request everything of the issuer `default`. */
export const anEntry = (
  keys: readonly SigningKey[],
  changes: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  keys: keys.map(({ privateKey }) => ({
    publicKey: createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }),
  })),
  issuers: ['default'],
  profiles: ['default'],
  unrestricted: true,
  ...changes,
})

/** A client with a key of its own, put into the directory that the worker uses. */
export async function aRegisteredClient(
  name: string = crypto.randomUUID(),
  changes: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly name: string; readonly key: SigningKey }> {
  const key = signingKey(makeKey('Ed25519').privateKey)
  const put = aPut(name, {
    entry: JSON.stringify(anEntry([key], changes)),
    keys: [aClientKey(key.keyId)],
  })
  const outcome = await aDirectory().putClient(put)
  if (!outcome.ok) throw new Error('the name is new')
  return { name, key }
}
