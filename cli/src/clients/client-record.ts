import type { ClientRecord } from '@edge-issuer/shared'
import { readPublicKey } from '@edge-issuer/signer-worker/config'
import { stringify } from 'yaml'
import { z } from 'zod'

/** The state of a client in one word; a quarantine is shown before anything else. */
export function stateOf({ disabled, quarantined }: ClientRecord): string {
  if (quarantined) return 'quarantined'
  return disabled ? 'disabled' : 'enabled'
}

/** Formats a client for people, as YAML. */
export function formatRecord(record: ClientRecord): string {
  const { name, version, createdAt, updatedAt, entry } = record
  const keyIds = keyIdsOf(entry)
  const facts = {
    name,
    state: stateOf(record),
    version,
    createdAt,
    updatedAt,
    ...(keyIds.length === 0 ? {} : { keyIds }),
    entry,
  }
  return stringify(facts, { aliasDuplicateObjects: false, lineWidth: 0 })
}

const keysSchema = z.looseObject({ keys: z.array(z.looseObject({ publicKey: z.string() })) })

/** Thumbprints (RFC 7638) of the registered keys, which logs and errors of the worker name. */
const keyIdsOf = (entry: ClientRecord['entry']): readonly string[] =>
  (keysSchema.safeParse(entry).data?.keys ?? []).flatMap(({ publicKey }) => {
    const key = readPublicKey(publicKey)
    return key.ok ? [key.value.keyId] : []
  })
