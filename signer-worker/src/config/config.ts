/**
 * A configuration that was checked: what the worker runs on.
 *
 * @module
 */
import type { IssuingCa, IssuingKey } from '../ca/issuing-ca.ts'
import type { ClientPolicy } from '../policy/client-policy.ts'
import type { Profile } from '../policy/profile.ts'
import type { PublicKey } from './client-key.ts'

/** The base of every path. */
export interface PublicUrl {
  /** `https://host[:port]`. */
  readonly origin: string
  /** Empty, or a path that begins with a slash and does not end with one. */
  readonly prefix: string
}

/** One issuing CA with its key. Whether it is still valid is asked at each use. */
export interface Issuer {
  readonly name: string
  readonly ca: IssuingCa
  readonly key: IssuingKey
  readonly profiles: readonly string[]
}

/** One relay's identity. */
export interface Client {
  readonly name: string
  readonly issuers: readonly string[]
  readonly profiles: readonly string[]
  /** Empty for a client that its profiles alone restrict. */
  readonly policy: ClientPolicy
}

/** One key of a client. Both ends of its time are included. */
export interface ClientKey extends PublicKey {
  readonly client: Client
  /** Epoch ms; minus infinity when the configuration sets no limit. */
  readonly notBeforeMs: number
  /** Epoch ms; infinity when the configuration sets no limit. */
  readonly notAfterMs: number
}

/** The whole configuration. Every name that it mentions exists. */
export interface SignerConfig {
  readonly publicUrl: PublicUrl
  readonly issuers: ReadonlyMap<string, Issuer>
  readonly profiles: ReadonlyMap<string, Profile>
  /** By the RFC 7638 thumbprint. */
  readonly clientKeys: ReadonlyMap<string, ClientKey>
}

/** @returns The profiles open to a client under an issuer, the client's default first. */
export const openProfiles = (client: Client, issuer: Issuer): readonly string[] =>
  client.profiles.filter((profile) => issuer.profiles.includes(profile))
