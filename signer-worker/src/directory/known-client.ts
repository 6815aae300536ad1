/**
 * A client of the directory as requests need it: its rules compiled, its keys read.
 *
 * @module
 */
import { buildClient } from '../config/clients.ts'
import {
  type Client,
  clientEntrySchema,
  type IdentityEntry,
  type RegisteredKey,
  type SignerConfig,
} from '../config/exports.ts'
import { compileTrustedKeys, type TrustedKeys } from '../identity/trusted-keys.ts'
import type { FoundClient, PushedKeys } from './messages.ts'

/** Why requests of a client are refused, whatever they ask; for the log only. */
export type ClientBlock = 'client_disabled' | 'client_in_quarantine'

/** Whose tokens may sign for a client. */
export interface KnownIdentity extends Pick<IdentityEntry, 'issuer' | 'subjects' | 'discoveryUrl'> {
  /** None if they are discovered. */
  readonly keys: TrustedKeys
}

/** A client that was looked up. */
export interface KnownClient {
  readonly client: Client
  readonly version: number
  /** By RFC 7638 thumbprint. */
  readonly keys: ReadonlyMap<string, RegisteredKey<Client>>
  readonly identity: KnownIdentity | undefined
  /** `undefined` when its requests are served. */
  readonly block: ClientBlock | undefined
}

/**
 * Compiles a client. What its entry refers to may be missing in the configuration of today: requests that need it
 * are refused then. A key that an admin has by now is not the client's.
 *
 * @returns `undefined` for an entry that this version of the worker cannot read.
 */
export function compileClient(
  { name, version, entry, disabled, quarantined, pushedKeys }: FoundClient,
  { clientSurroundings, adminKeys }: SignerConfig,
): KnownClient | undefined {
  const parsed = clientEntrySchema.safeParse(JSON.parse(entry))
  if (!parsed.success) return undefined
  const { client, keys } = buildClient(name, parsed.data, {
    ...clientSurroundings,
    taken: adminKeys,
    at: [],
  })
  return {
    client,
    version,
    keys,
    identity: identityOf(parsed.data.identity, pushedKeys),
    block: blockOf(disabled, quarantined),
  }
}

const identityOf = (
  entry: IdentityEntry | undefined,
  pushed: PushedKeys | undefined,
): KnownIdentity | undefined =>
  entry && {
    issuer: entry.issuer,
    subjects: entry.subjects,
    keys: compileTrustedKeys(entry.jwks, pushed),
    ...(entry.discoveryUrl === undefined ? {} : { discoveryUrl: entry.discoveryUrl }),
  }

function blockOf(disabled: boolean, quarantined: boolean): ClientBlock | undefined {
  if (quarantined) return 'client_in_quarantine'
  return disabled ? 'client_disabled' : undefined
}
