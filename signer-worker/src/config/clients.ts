/**
 * The clients of the directory: whose keys may sign requests, and what is open to each client.
 *
 * @module
 */
import type { BlockedKeys } from '../policy/key/blocked-keys.ts'
import { compileClientPolicy } from '../policy/rules/client-policy.ts'
import type { ClientEntry } from './client-entry.ts'
import { type ConfigError, errorAt } from './config-error.ts'
import type { Admin, Client, ClientSurroundings, RegisteredKey, SignerConfig } from './config.ts'
import { isDiscoveryUrl } from './discovery-hosts.ts'
import { type RegisteredKeys, registerKeys } from './registered-keys.ts'

/** One client, its keys by thumbprint, and all that is wrong with it. */
export interface BuiltClient extends Pick<RegisteredKeys<Client>, 'keys' | 'errors'> {
  readonly client: Client
}

/** What an entry of the directory is checked against. */
export interface EntrySurroundings extends ClientSurroundings {
  /** Keys that others hold already. */
  readonly taken: ReadonlyMap<string, RegisteredKey<Client | Admin>>
  /** Where the entry is in its document. */
  readonly at: readonly PropertyKey[]
}

/** Builds the client of one entry of the directory. */
export function buildClient(
  name: string,
  entry: ClientEntry,
  { taken, at, ...surroundings }: EntrySurroundings,
): BuiltClient {
  const client = clientOf(name, entry, surroundings.blockedKeys)
  const { keys, errors } = registerKeys([{ holder: client, at, keys: entry.keys }], taken)
  return { client, keys, errors: [...checkEntry(entry, at, surroundings), ...errors] }
}

/** @returns All that is wrong with several entries, with their references and keys. */
export function checkClients(
  entries: Readonly<Record<string, ClientEntry>>,
  { clientSurroundings, adminKeys }: Pick<SignerConfig, 'clientSurroundings' | 'adminKeys'>,
): readonly ConfigError[] {
  const taken = new Map<string, RegisteredKey<Client | Admin>>(adminKeys)
  return Object.entries(entries).flatMap(([name, entry]) => {
    const at = ['clients', name]
    const { keys, errors } = buildClient(name, entry, { ...clientSurroundings, taken, at })
    for (const [keyId, key] of keys) taken.set(keyId, key)
    return errors
  })
}

const clientOf = (name: string, entry: ClientEntry, blockedKeys: BlockedKeys): Client => ({
  name,
  issuers: entry.issuers,
  profiles: entry.profiles,
  policy: compileClientPolicy(entry, blockedKeys),
  shards: entry.shards,
  certificatesPerMinute: shareOf(entry),
  repeatsPerMinute: entry.repeatsPerMinute,
  ...(entry.region === undefined ? {} : { region: entry.region }),
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
function checkRate(entry: ClientEntry, at: readonly PropertyKey[]): readonly ConfigError[] {
  if (shareOf(entry) !== 0) return []
  const shards = String(currentShards(entry))
  const message = `is below the ${shards} of shards, each of which has its share; raise it to at least ${shards}`
  return [errorAt([...at, 'certificatesPerMinute'], message)]
}

const checkEntry = (
  entry: ClientEntry,
  at: readonly PropertyKey[],
  surroundings: ClientSurroundings,
): readonly ConfigError[] => [
  ...checkReferences(entry, at, surroundings),
  ...checkRate(entry, at),
  ...checkDiscovery(entry, at, surroundings),
]

function checkDiscovery(
  { identity }: ClientEntry,
  at: readonly PropertyKey[],
  { discoveryHosts }: ClientSurroundings,
): readonly ConfigError[] {
  const url = identity?.discoveryUrl
  if (url === undefined || isDiscoveryUrl(url, discoveryHosts)) return []
  const message =
    'is not on a host of EKS, GKE or AKS; add its host to discoveryHosts of the configuration'
  return [errorAt([...at, 'identity', 'discoveryUrl'], message)]
}

function checkReferences(
  entry: ClientEntry,
  at: readonly PropertyKey[],
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
      return message === undefined ? [] : [errorAt([...at, member, index], message)]
    })
  return [...errorsOf('issuers', checkIssuer), ...errorsOf('profiles', checkProfile)]
}
