/**
 * A configuration that was checked: what the worker runs on.
 *
 * @module
 */
import type { AdminRole, AuthorityState } from '@edge-issuer/shared'
import type { IssuingCa, IssuingKey } from '../model/issuing-ca.ts'
import type { BlockedKeys } from '../policy/key/blocked-keys.ts'
import type { ClientPolicy } from '../policy/rules/client-policy.ts'
import type { Profile } from '../policy/rules/profile.ts'
import type { ClientEntry } from './client-entry.ts'
import type { PublicKey } from './client-key.ts'
import type { ConfigError } from './config-error.ts'

/** The base of every path. */
export interface PublicUrl {
  /** `https://host[:port]`. */
  readonly origin: string
  /** Empty, or a path that begins with a slash and does not end with one. */
  readonly prefix: string
}

/** One issuing CA of an issuer. Whether it is still valid is asked at each use. */
export interface Authority {
  readonly state: AuthorityState
  readonly ca: IssuingCa
  /** Only one that is retiring can be without. */
  readonly key: IssuingKey | undefined
}

/** An issuing CA that can sign. */
export interface SigningAuthority extends Authority {
  readonly key: IssuingKey
}

/** What clients ask: one CA that signs, and those that came before it or will come after. */
export interface Issuer {
  readonly name: string
  /** The one whose state is `active`: every new certificate is planned for it. */
  readonly active: SigningAuthority
  /** All of them, in the order of the configuration. */
  readonly authorities: readonly Authority[]
  /** PEM of the roots of all of them, each once, that of the active one first. */
  readonly roots: readonly string[]
  readonly profiles: readonly string[]
  /** Those of `profiles` that have an error, or do not fit its CAs: nothing is signed with them. */
  readonly brokenProfiles: ReadonlySet<string>
}

/** One relay's identity. */
export interface Client {
  readonly name: string
  readonly issuers: readonly string[]
  readonly profiles: readonly string[]
  readonly policy: ClientPolicy
  /** How many ledger objects it has under each issuer: each number that was ever used, today's last. */
  readonly shards: readonly number[]
  /** New certificates in any 60 seconds in each of its current ledger objects; no limit when undefined. */
  readonly certificatesPerMinute: number | undefined
  /** Requests that issue nothing, refused or answered before, that one ledger object answers in a minute. */
  readonly repeatsPerMinute: number
  /** Where its ledgers are made; anywhere when undefined. */
  readonly region?: ClientEntry['region']
}

/** What the entry of a client is checked against. */
export interface ClientSurroundings {
  readonly issuerNames: ReadonlySet<string>
  readonly profileNames: ReadonlySet<string>
  /** Issuers without errors of shape. */
  readonly issuers: Readonly<Record<string, Pick<Issuer, 'profiles'>>>
  readonly blockedKeys: BlockedKeys
  /** Host names that token keys may be discovered from, besides those of public issuers. */
  readonly discoveryHosts: readonly string[]
}

/** Someone who may read the ledgers, or change clients. */
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

/**
 * The whole configuration. An entry with an error is out of service by itself: an issuer or a profile
 * signs nothing, and the keys of an admin are unknown.
 */
export interface SignerConfig {
  readonly publicUrl: PublicUrl
  /** Where all data is kept; anywhere when undefined. */
  readonly jurisdiction: 'eu' | 'us' | 'fedramp' | undefined
  /** When records leave the ledgers; never when undefined. */
  readonly retention: { readonly afterExpiryDays: number } | undefined
  readonly issuers: ReadonlyMap<string, Issuer>
  /** Names of issuers that have an error. */
  readonly brokenIssuers: ReadonlySet<string>
  readonly profiles: ReadonlyMap<string, Profile>
  /** What entries of the directory are checked against. */
  readonly clientSurroundings: ClientSurroundings
  /** By the RFC 7638 thumbprint. */
  readonly adminKeys: ReadonlyMap<string, RegisteredKey<Admin>>
  /** Every error, for the log and for the operator. */
  readonly errors: readonly ConfigError[]
}

/** @returns The profiles open to a client under an issuer, the client's default first. */
export const openProfiles = (client: Client, issuer: Issuer): readonly string[] =>
  client.profiles.filter((profile) => issuer.profiles.includes(profile))

/**
 * @returns The CA that a certificate was planned for, if it is still one of the issuer's and has its
 *   key: a plan that was made just before another CA became active is signed all the same.
 */
export function signingAuthority(issuer: Issuer, sha256: string): SigningAuthority | undefined {
  for (const { ca, key, state } of issuer.authorities) {
    if (ca.sha256 === sha256 && key !== undefined) return { ca, key, state }
  }
  return undefined
}
