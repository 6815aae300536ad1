/**
 * The clients of a configuration: whose keys may sign requests, and what is open to each client.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { compileClientPolicy } from '../policy/client-policy.ts'
import { readPublicKey } from './client-key.ts'
import type { Client, ClientKey, Issuer } from './config.ts'
import { type ConfigFault, faultAt } from './fault.ts'
import type { ClientEntry } from './schema.ts'

/** What the clients are checked against. */
export interface ClientSurroundings {
  readonly issuerNames: ReadonlySet<string>
  readonly profileNames: ReadonlySet<string>
  /** Issuers without faults of shape. */
  readonly issuers: Readonly<Record<string, Pick<Issuer, 'profiles'>>>
}

/** The keys of all clients by thumbprint, and all that is wrong with the clients. */
export interface BuiltClients {
  readonly keys: ReadonlyMap<string, ClientKey>
  readonly faults: readonly ConfigFault[]
}

/** Builds the clients of all entries. A key has one client, or it would not say who asks. */
export function buildClients(
  entries: Readonly<Record<string, ClientEntry>>,
  surroundings: ClientSurroundings,
): BuiltClients {
  const keys = new Map<string, ClientKey>()
  const faults: ConfigFault[] = []
  for (const [name, entry] of Object.entries(entries)) {
    faults.push(...referenceFaults(name, entry, surroundings))
    for (const [index, keyEntry] of entry.keys.entries()) {
      const at = ['clients', name, 'keys', index]
      const key = buildKey(clientOf(name, entry), keyEntry)
      const owner = key.ok ? keys.get(key.value.keyId)?.client : undefined
      if (!key.ok) {
        faults.push(faultAt([...at, key.error.member], key.error.message))
      } else if (owner !== undefined) {
        faults.push(faultAt([...at, 'publicKey'], `is already a key of client "${owner.name}"`))
      } else {
        keys.set(key.value.keyId, key.value)
      }
    }
  }
  return { keys, faults }
}

const clientOf = (name: string, entry: ClientEntry): Client => ({
  name,
  issuers: entry.issuers,
  profiles: entry.profiles,
  policy: compileClientPolicy(entry),
})

type KeyEntry = ClientEntry['keys'][number]

interface KeyFault {
  readonly member: keyof KeyEntry
  readonly message: string
}

function buildKey(client: Client, entry: KeyEntry): Result<ClientKey, KeyFault> {
  const { publicKey, notBefore, notAfter } = entry
  const read = readPublicKey(publicKey)
  if (!read.ok) return err({ member: 'publicKey', message: read.error })
  const notBeforeMs = notBefore === undefined ? -Infinity : Date.parse(notBefore)
  const notAfterMs = notAfter === undefined ? Infinity : Date.parse(notAfter)
  if (notBeforeMs > notAfterMs) {
    return err({ member: 'notAfter', message: 'is before notBefore' })
  }
  return ok({ ...read.value, client, notBeforeMs, notAfterMs })
}

function referenceFaults(
  name: string,
  entry: ClientEntry,
  { issuerNames, profileNames, issuers }: ClientSurroundings,
): readonly ConfigFault[] {
  const issuerFault = (issuer: string): string | undefined => {
    if (!issuerNames.has(issuer)) return `there is no issuer "${issuer}"`
    const signs = issuers[issuer]?.profiles
    if (signs === undefined || signs.some((profile) => entry.profiles.includes(profile))) return
    return `issuer "${issuer}" has none of the client's profiles`
  }
  const profileFault = (profile: string): string | undefined =>
    profileNames.has(profile) ? undefined : `there is no profile "${profile}"`
  const faultsOf = (
    member: 'issuers' | 'profiles',
    judge: (name: string) => string | undefined,
  ): readonly ConfigFault[] =>
    entry[member].flatMap((referred, index) => {
      const message = judge(referred)
      return message === undefined ? [] : [faultAt(['clients', name, member, index], message)]
    })
  return [...faultsOf('issuers', issuerFault), ...faultsOf('profiles', profileFault)]
}
