/**
 * The clients of a configuration: whose keys may sign requests, and what is open to each client.
 *
 * @module
 */
import type { BlockedKeys } from '../policy/key/blocked-keys.ts'
import { compileClientPolicy } from '../policy/rules/client-policy.ts'
import type { ClientEntry } from './client-entry.ts'
import { type ConfigError, errorAt } from './config-error.ts'
import type { Client, Issuer } from './config.ts'
import { type Holding, type RegisteredKeys, registerKeys } from './registered-keys.ts'

/** What the clients are checked against. */
export interface ClientSurroundings {
  readonly issuerNames: ReadonlySet<string>
  readonly profileNames: ReadonlySet<string>
  /** Issuers without errors of shape. */
  readonly issuers: Readonly<Record<string, Pick<Issuer, 'profiles'>>>
  readonly blockedKeys: BlockedKeys
}

/** The clients, their keys by thumbprint, and all that is wrong with them. */
export interface BuiltClients extends RegisteredKeys<Client> {
  readonly clients: readonly Client[]
}

/** Builds the clients of all entries. */
export function buildClients(
  entries: Readonly<Record<string, ClientEntry>>,
  surroundings: ClientSurroundings,
): BuiltClients {
  const holdings = Object.entries(entries).map(([name, entry]): Holding<Client> => ({
    section: 'clients',
    holder: clientOf(name, entry, surroundings.blockedKeys),
    keys: entry.keys,
  }))
  const { keys, repeated, errors } = registerKeys(holdings)
  return {
    clients: holdings.map(({ holder }) => holder),
    keys,
    repeated,
    errors: [
      ...Object.entries(entries).flatMap(([name, entry]) =>
        checkReferences(name, entry, surroundings).concat(checkRate(name, entry)),
      ),
      ...errors,
    ],
  }
}

const clientOf = (name: string, entry: ClientEntry, blockedKeys: BlockedKeys): Client => ({
  name,
  issuers: entry.issuers,
  profiles: entry.profiles,
  policy: compileClientPolicy(entry, blockedKeys),
  shards: entry.shards,
  certificatesPerMinute: shareOf(entry),
  repeatsPerMinute: entry.repeatsPerMinute,
})

/** How many objects take new certificates of a client. */
const currentShards = ({ shards }: ClientEntry): number => shards.at(-1) ?? 1

/**
 * The rate is counted where certificates are recorded. Each object has an equal share, rounded down: all
 * of them together never exceed the limit, but one can reach its share before the others do.
 */
const shareOf = (entry: ClientEntry): number | undefined =>
  entry.certificatesPerMinute === null
    ? undefined
    : Math.floor(entry.certificatesPerMinute / currentShards(entry))

/** An object whose share is nothing could never sign. */
function checkRate(name: string, entry: ClientEntry): readonly ConfigError[] {
  if (shareOf(entry) !== 0) return []
  const shards = String(currentShards(entry))
  const message = `is below the ${shards} of shards, each of which has its share; raise it to at least ${shards}`
  return [errorAt(['clients', name, 'certificatesPerMinute'], message)]
}

function checkReferences(
  name: string,
  entry: ClientEntry,
  { issuerNames, profileNames, issuers }: ClientSurroundings,
): readonly ConfigError[] {
  const checkIssuer = (issuer: string): string | undefined => {
    if (!issuerNames.has(issuer)) return `there is no issuer "${issuer}"`
    const signs = issuers[issuer]?.profiles
    if (signs === undefined || signs.some((profile) => entry.profiles.includes(profile))) return
    return `issuer "${issuer}" has none of the client's profiles`
  }
  const checkProfile = (profile: string): string | undefined =>
    profileNames.has(profile) ? undefined : `there is no profile "${profile}"`
  const errorsOf = (
    member: 'issuers' | 'profiles',
    check: (name: string) => string | undefined,
  ): readonly ConfigError[] =>
    entry[member].flatMap((referred, index) => {
      const message = check(referred)
      return message === undefined ? [] : [errorAt(['clients', name, member, index], message)]
    })
  return [...errorsOf('issuers', checkIssuer), ...errorsOf('profiles', checkProfile)]
}
