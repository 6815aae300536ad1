/**
 * Public keys and whose they are. A key has one holder, or a signature would not say who asks.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import type { KeyEntry } from './client-entry.ts'
import { readPublicKey } from './client-key.ts'
import { type ConfigError, errorAt } from './config-error.ts'
import type { Admin, Client, RegisteredKey } from './config.ts'

/** One holder with the keys of its entry. */
export interface Holding<H extends Client | Admin> {
  readonly holder: H
  /** Of its entry in the document. */
  readonly at: readonly PropertyKey[]
  readonly keys: readonly KeyEntry[]
}

/** The keys by thumbprint, and all that is wrong with them. */
export interface RegisteredKeys<H extends Client | Admin> {
  readonly keys: ReadonlyMap<string, RegisteredKey<H>>
  /** Thumbprints of keys that are there more than once, also in `taken`: they are no one's. */
  readonly repeated: ReadonlySet<string>
  readonly errors: readonly ConfigError[]
}

/** @param taken - Keys that others hold already. */
export function registerKeys<H extends Client | Admin>(
  holdings: readonly Holding<H>[],
  taken: ReadonlyMap<string, RegisteredKey<Client | Admin>> = new Map(),
): RegisteredKeys<H> {
  const keys = new Map<string, RegisteredKey<H>>()
  const repeated = new Set<string>()
  const errors: ConfigError[] = []
  for (const { holder, at: entryAt, keys: entries } of holdings) {
    for (const [index, entry] of entries.entries()) {
      const at = [...entryAt, 'keys', index]
      const key = buildKey(holder, entry)
      const owner = key.ok
        ? (keys.get(key.value.keyId) ?? taken.get(key.value.keyId))?.holder
        : undefined
      if (!key.ok) {
        errors.push(errorAt([...at, key.error.member], key.error.message))
      } else if (owner !== undefined) {
        repeated.add(key.value.keyId)
        errors.push(errorAt([...at, 'publicKey'], `is already a key of ${ownerToText(owner)}`))
      } else {
        keys.set(key.value.keyId, key.value)
      }
    }
  }
  return { keys, repeated, errors }
}

const ownerToText = (owner: Client | Admin): string =>
  `${'role' in owner ? 'admin' : 'client'} "${owner.name}"`

interface KeyError {
  readonly member: keyof KeyEntry
  readonly message: string
}

function buildKey<H>(holder: H, entry: KeyEntry): Result<RegisteredKey<H>, KeyError> {
  const { publicKey, notBefore, notAfter } = entry
  const read = readPublicKey(publicKey)
  if (!read.ok) return err({ member: 'publicKey', message: read.error })
  const notBeforeMs = notBefore === undefined ? -Infinity : Date.parse(notBefore)
  const notAfterMs = notAfter === undefined ? Infinity : Date.parse(notAfter)
  if (notBeforeMs > notAfterMs) {
    return err({ member: 'notAfter', message: 'is before notBefore' })
  }
  return ok({ ...read.value, holder, notBeforeMs, notAfterMs })
}
