import { generateKeyPairSync } from 'node:crypto'
import type { ClientRecord } from '@edge-issuer/shared'
import { type ClientEntry, clientEntrySchema } from '@edge-issuer/signer-worker/config'

/** A new Ed25519 public key in PEM. */
const aPublicKey = (): string =>
  generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString()

/** A set with one P-256 key. */
export function aJwks(kid = 'k1'): { readonly keys: readonly [Readonly<Record<string, unknown>>] } {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' }] }
}

/** An entry as the schema completes it. */
export const anEntry = (members: object = {}): ClientEntry =>
  clientEntrySchema.parse({
    keys: [{ publicKey: aPublicKey() }],
    issuers: ['default'],
    profiles: ['default'],
    unrestricted: true,
    ...members,
  })

/** A client of the directory. */
export const aClientRecord = (name: string, entry: object, version = 1): ClientRecord => ({
  name,
  version,
  disabled: false,
  quarantined: false,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-02T00:00:00Z',
  entry: { ...entry },
})
