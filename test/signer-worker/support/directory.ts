/**
 * Changes of the directory as the routes make them, below authentication.
 * @module
 */
import { env } from 'cloudflare:workers'
import { DIRECTORY_NAME, type Directory } from '../../../signer-worker/src/directory/directory.ts'
import type {
  ChangeAuthor,
  ClientKey,
  ClientPut,
} from '../../../signer-worker/src/directory/messages.ts'

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
