/**
 * Whether a change replaces the version that its author has seen; and, if not, what changed since.
 *
 * @module
 */
import type { Refusal } from '@edge-issuer/shared'
import * as z from 'zod/mini'
import { toRfc3339 } from '../model/rfc3339.ts'
import { type ChangeSummary, changesSince } from './audit.ts'
import type { StoredClient } from './messages.ts'

/** Changes that a conflict names; older ones are only in the audit. */
const MAX_NAMED_CHANGES = 5

/** What a change says it replaces. */
export interface Replaced {
  readonly name: string
  /** `undefined` for a new client. */
  readonly version: number | undefined
}

/** @returns `client_unknown` or `version_conflict` unless `current` is what the change replaces. */
export function checkReplaced(
  sql: SqlStorage,
  current: StoredClient | undefined,
  { name, version }: Replaced,
): Refusal | undefined {
  if (current?.version === version) return undefined
  const changes = changesSince(sql, { name, version: version ?? 0, limit: MAX_NAMED_CHANGES })
  const since = changes.map(changeToText).join('; ')
  if (version === undefined && current !== undefined) {
    const detail = `client "${name}" exists already, with version ${String(current.version)}; its last changes: ${since}`
    return { code: 'version_conflict', detail }
  }
  if (current === undefined && changes.length === 0) return unknownClient(name)
  const found = current === undefined ? 'was deleted' : `has version ${String(current.version)} now`
  const detail = `client "${name}" ${found}; the request replaces version ${String(version)}; changes since: ${since}`
  return { code: 'version_conflict', detail }
}

/** @returns The refusal for a name that no client has. */
export const unknownClient = (name: string): Refusal => ({
  code: 'client_unknown',
  detail: `there is no client ${JSON.stringify(name.slice(0, 80))}`,
})

function changeToText({ action, admin, at_ms: atMs, before, after }: ChangeSummary): string {
  const who = admin === null ? 'the client itself' : `admin "${admin}"`
  const members = changedMembers(readState(before), readState(after))
  const what = before === null || after === null ? '' : ` of ${members.join(', ')}`
  return `${action}${what} by ${who} at ${toRfc3339(atMs)}`
}

const stateSchema = z.object({
  disabled: z.boolean(),
  quarantined: z.boolean(),
  entry: z.record(z.string(), z.unknown()),
})
type State = Readonly<Record<string, unknown>>

function readState(json: string | null): State {
  if (json === null) return {}
  const { entry, disabled, quarantined } = stateSchema.parse(JSON.parse(json))
  return { ...entry, disabled, quarantined }
}

/** Members whose values differ, in the order of their names. */
const changedMembers = (before: State, after: State): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((member) => canonical(before[member]) !== canonical(after[member]))
    .toSorted()

/** Two texts are the same JSON value if these are equal: members have no order. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
