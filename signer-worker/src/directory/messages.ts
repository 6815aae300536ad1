/**
 * Requests to the directory and its answers: plain data that can cross to the Durable Object.
 *
 * @module
 */
import type { Refusal, Result } from '@edge-issuer/shared'

/** One ledger object. */
export interface LedgerKey {
  /** Name of the issuer. */
  readonly issuer: string
  /** Name of the client. */
  readonly client: string
  readonly shard: number
}

/** A ledger with its number. */
export interface RegisteredLedger extends LedgerKey {
  /** 1 or more; below 2³². */
  readonly number: number
}

/** Which ledgers; all without members. */
export interface LedgerSelection {
  readonly issuer?: string | undefined
  readonly client?: string | undefined
}

/** One client. */
export interface StoredClient {
  readonly name: string
  /** Each change of a name adds 1; never used twice, also not after a deletion. */
  readonly version: number
  readonly disabled: boolean
  readonly quarantined: boolean
  /** Epoch ms. */
  readonly createdAtMs: number
  /** Epoch ms. */
  readonly updatedAtMs: number
  /** JSON, as it was put. */
  readonly entry: string
}

/** Token keys that replace those of a client's entry. */
export interface PushedKeys {
  /** JSON of a JWK set that was checked. */
  readonly jwks: string
  /** Keys that left the set, whose last tokens have not expired yet; each is JSON of a JWK. */
  readonly retired: readonly { readonly jwk: string; readonly notAfterMs: number }[]
}

/** One client, as its requests are verified. */
export interface FoundClient extends StoredClient {
  readonly pushedKeys?: PushedKeys | undefined
}

/** One key of a client. */
export interface ClientKey {
  /** RFC 7638. */
  readonly keyId: string
  /** Epoch ms; `null` for no limit. */
  readonly notBeforeMs: number | null
  /** Epoch ms; `null` for no limit. */
  readonly notAfterMs: number | null
}

/** Characters of a key id that distinguish a client's key from a stranger's: 48 bits. */
export const KEY_ID_PREFIX_CHARACTERS = 8

/** Every client and key, enough to recognize a stranger. */
export interface ClientIds {
  /** The first {@link KEY_ID_PREFIX_CHARACTERS} characters of each key id. */
  readonly keyIdPrefixes: readonly string[]
  readonly names: readonly string[]
}

/** Whose tokens a client's relay may have. */
export interface ClientIdentity {
  readonly issuer: string
  readonly subjects: readonly string[]
}

/** Who makes a change, and the signed request that proves it. */
export interface ChangeAuthor {
  /** Name of the admin; `null` for the client itself. */
  readonly admin: string | null
  /** RFC 7638. */
  readonly keyId: string
  readonly signatureBase: string
  readonly signature: Uint8Array
  /** As it was sent; `null` for a request without one. */
  readonly body: Uint8Array | null
}

/** A change of one client. */
export interface ClientChange {
  readonly name: string
  readonly author: ChangeAuthor
  /** Checks and answers, and writes nothing. */
  readonly isDryRun: boolean
}

/** Creates or replaces a client. */
export interface ClientPut extends ClientChange {
  /** The version that is replaced; `undefined` to create. */
  readonly version: number | undefined
  /** JSON of an entry that was checked. */
  readonly entry: string
  /** In the order of the entry. */
  readonly keys: readonly ClientKey[]
  readonly identity: ClientIdentity | undefined
  /** As before when `undefined`. */
  readonly disabled: boolean | undefined
}

/** Deletes a client. */
export interface ClientDeletion extends ClientChange {
  readonly version: number
}

/** Quarantines a client, or releases it. */
export interface ClientQuarantine extends ClientChange {
  readonly quarantined: boolean
  readonly reason: string | undefined
}

/** The client afterwards, or the one that was deleted; or why nothing was changed. */
export type ChangeOutcome = Result<StoredClient, readonly Refusal[]>

/** A part of a list of clients, in the order of names. */
export interface ClientPage {
  readonly clients: readonly StoredClient[]
  /** Name of the last one; `undefined` when nothing follows. */
  readonly next: string | undefined
}

/** Which clients; the part after the name `after`. */
export interface ClientPageRequest {
  /** Empty for the first page. */
  readonly after: string
  readonly limit: number
}

/** One row of the audit. */
export interface StoredChange {
  readonly id: number
  readonly atMs: number
  readonly admin: string | null
  readonly action: string
  readonly client: string
  readonly reason: string | null
  /** JSON of a client record; `null` for a creation. */
  readonly before: string | null
  /** JSON of a client record; `null` for a deletion. */
  readonly after: string | null
  readonly keyId: string
  readonly signatureBase: string
  readonly signature: ArrayBuffer
  readonly body: ArrayBuffer | null
}

/** A part of the audit, the oldest first. */
export interface ChangePage {
  readonly changes: readonly StoredChange[]
  /** Id of the last one; `undefined` when nothing follows. */
  readonly next: number | undefined
}

/** Which changes; the part after the id `after`. */
export interface ChangePageRequest {
  readonly client: string | undefined
  readonly after: number
  readonly limit: number
}
