/**
 * A configuration that was checked: what the worker runs on.
 *
 * @module
 */
import type { AdminRole } from '@edge-issuer/shared'
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
  /** How many ledger objects it has under each issuer: each number that was ever used, today's last. */
  readonly shards: readonly number[]
  /** New certificates in any 60 seconds, under each issuer; no limit when undefined. */
  readonly certificatesPerMinute: number | undefined
}

/** Someone who may look into the ledgers. */
export interface Admin {
  readonly name: string
  readonly role: AdminRole
}

/** One key of a client or an admin. Both ends of its time are included. */
export interface RegisteredKey<Holder> extends PublicKey {
  readonly holder: Holder
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
  readonly clients: readonly Client[]
  /** By the RFC 7638 thumbprint; no key is in both. */
  readonly clientKeys: ReadonlyMap<string, RegisteredKey<Client>>
  readonly adminKeys: ReadonlyMap<string, RegisteredKey<Admin>>
}

/** @returns The profiles open to a client under an issuer, the client's default first. */
export const openProfiles = (client: Client, issuer: Issuer): readonly string[] =>
  client.profiles.filter((profile) => issuer.profiles.includes(profile))
