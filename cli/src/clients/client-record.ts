import type { ClientRecord } from '@edge-issuer/shared'
import { stringify } from 'yaml'

/** The state of a client in one word; a quarantine is shown before anything else. */
export function stateOf({ disabled, quarantined }: ClientRecord): string {
  if (quarantined) return 'quarantined'
  return disabled ? 'disabled' : 'enabled'
}

/** Formats a client for people, as YAML. */
export function formatRecord(record: ClientRecord): string {
  const { name, version, createdAt, updatedAt, entry } = record
  const facts = { name, state: stateOf(record), version, createdAt, updatedAt, entry }
  return stringify(facts, { aliasDuplicateObjects: false, lineWidth: 0 })
}
