import { err, nameSchema, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { completeEntry } from '../client/client-entry.ts'
import { parseJson } from '../files/parse-json.ts'

/** Kinds of entries that can be added to a configuration. */
export const ENTRY_KINDS = ['client', 'admin'] as const
export type EntryKind = (typeof ENTRY_KINDS)[number]

/** Members of the configuration by the kind of their entries. */
const MEMBERS = { client: 'clients', admin: 'admins' } as const

const objectSchema = z.record(z.string(), z.unknown())
/** Structure only; entries are checked with the whole configuration. */
const entriesSchema = z.record(nameSchema, z.looseObject({}))

/** Result of {@link addEntries}. */
export interface Added {
  /** The whole configuration. */
  readonly text: string
  readonly names: readonly string[]
}

/**
 * Adds the entries of a file to a configuration. Everything else stays unchanged and in its order.
 *
 * @param config - Text of the configuration.
 * @param entries - Text of the file that `client create` or `admin create` wrote.
 * @returns The changed configuration, or an error message.
 */
export function addEntries(
  config: string,
  kind: EntryKind,
  entries: string,
): Result<Added, string> {
  const member = MEMBERS[kind]
  const document = objectSchema.safeParse(parseJson(config))
  const known = objectSchema.safeParse(document.data?.[member] ?? {})
  if (!document.success || !known.success) {
    return err(
      'the file to change is not a configuration of the worker; "edge-issuer config init" creates one',
    )
  }
  const added = entriesSchema.safeParse(parseJson(entries))
  const names = Object.keys(added.data ?? {})
  if (!added.success || names.length === 0) {
    return err(
      `the file to add is not a JSON object of ${member} by name, as "edge-issuer ${kind} create" writes it`,
    )
  }
  const other = kindOf(Object.values(added.data))
  if (other !== undefined && other !== kind) {
    return err(`the file to add contains ${MEMBERS[other]}, not ${member}`)
  }
  const repeated = names.find((name) => Object.hasOwn(known.data, name))
  if (repeated !== undefined) {
    return err(
      `the configuration already has a ${kind} "${repeated}"; remove it, or choose another name`,
    )
  }
  const complete = Object.entries(added.data).map(([name, entry]) => [
    name,
    kind === 'client' ? completeEntry(entry, undefined) : entry,
  ])
  const changed = { ...document.data, [member]: { ...known.data, ...Object.fromEntries(complete) } }
  return ok({ text: `${JSON.stringify(changed, null, 2)}\n`, names })
}

/** Only an admin has a role, and only a client has issuers. */
function kindOf(entries: readonly Readonly<Record<string, unknown>>[]): EntryKind | undefined {
  if (entries.some((entry) => 'issuers' in entry)) return 'client'
  return entries.some((entry) => 'role' in entry) ? 'admin' : undefined
}
