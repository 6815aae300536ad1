/**
 * The fixture of `test/support/worker-fixture.ts` as the tests in workerd see it.
 * @module
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { env } from 'cloudflare:workers'
import * as z from 'zod'
import { type AdminName, ADMINS, type ClientName, CLIENTS } from '../../support/worker-fixture.ts'

const fixtureSchema = z.object({
  SIGNER_CONFIG: z.string(),
  CA_KEY_DEFAULT: z.string(),
  CA_KEY_EXPIRED: z.string(),
  TEST_CLIENT_KEYS: z.string(),
  TEST_CLIENTS: z.string(),
  TEST_ADMIN_KEYS: z.string(),
})

/** Bindings that the generated type of `env` does not have. */
export const fixture = fixtureSchema.parse(env)

const authoritySchema = z.looseObject({ chain: z.string(), state: z.string() })
const configSchema = z.looseObject({
  issuers: z.record(z.string(), z.looseObject({ authorities: z.array(authoritySchema) })),
  profiles: z.record(z.string(), z.unknown()),
})

/** PEM of each chain of an issuer, in the order of the configuration. */
export const chainOf = (issuer: string): readonly string[] =>
  (theConfig().issuers[issuer]?.authorities ?? []).map(({ chain }) => chain)

/** The configuration with other profiles in place of some. */
export function configWithProfiles(profiles: Readonly<Record<string, unknown>>): string {
  const config = theConfig()
  return JSON.stringify({ ...config, profiles: { ...config.profiles, ...profiles } })
}

/** The configuration with other states for the CAs of an issuer; one that is not there is left out. */
export function configWith(issuer: string, states: readonly (string | undefined)[]): string {
  const config = theConfig()
  const authorities = (config.issuers[issuer]?.authorities ?? []).flatMap((authority, index) => {
    const state = states[index]
    return state === undefined ? [] : [{ ...authority, state }]
  })
  const changed = { ...config.issuers[issuer], authorities }
  return JSON.stringify({ ...config, issuers: { ...config.issuers, [issuer]: changed } })
}

const theConfig = (): z.infer<typeof configSchema> =>
  configSchema.parse(JSON.parse(fixture.SIGNER_CONFIG))

/** A client's key, for signing. */
export interface SigningKey {
  readonly keyId: string
  readonly privateKey: KeyObject
}

const clientKeys = z.record(z.enum(CLIENTS), z.string()).parse(JSON.parse(fixture.TEST_CLIENT_KEYS))

/** The key of a client that the worker knows. */
export const keyOf = (client: ClientName): SigningKey =>
  signingKey(createPrivateKey(clientKeys[client]))

const adminKeys = z.record(z.enum(ADMINS), z.string()).parse(JSON.parse(fixture.TEST_ADMIN_KEYS))

/** The key of an admin that the worker knows. */
export const adminKeyOf = (admin: AdminName): SigningKey =>
  signingKey(createPrivateKey(adminKeys[admin]))

/** Any Ed25519 key, with its RFC 7638 thumbprint. */
export function signingKey(privateKey: KeyObject): SigningKey {
  const { crv, kty, x } = createPublicKey(privateKey).export({ format: 'jwk' })
  const keyId = createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url')
  return { keyId, privateKey }
}
