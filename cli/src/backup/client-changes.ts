/**
 * Clients that a restore would set back: those that were changed after the backup was made.
 *
 * @module
 */
import { join } from 'node:path'
import { z } from 'zod'
import { findDatabases, hasTable, withDatabase } from './databases.ts'

/** The class of the directory of clients. */
const DIRECTORY_CLASS = 'Directory'

const READ_ONLY = { readOnly: true } as const

/**
 * Compares the clients of a data directory with those of an unpacked backup.
 *
 * @param directory - The data directory.
 * @param unpacked - A folder that is laid out as the data directory.
 * @returns What a restore changes, the most important first; empty if the backup has every change.
 */
export async function compareClients(
  directory: string,
  unpacked: string,
): Promise<readonly string[]> {
  const changes: string[] = []
  for (const { path } of await findDatabases(directory, DIRECTORY_CLASS)) {
    changes.push(...compareDatabase(join(directory, path), join(unpacked, path)))
  }
  return changes
}

function compareDatabase(current: string, copy: string): readonly string[] {
  try {
    const last = lastChange(current)
    if (last === undefined || hasChange(copy, last)) return []
    const found = describeChanges(readClients(current), readClients(copy))
    return found.length > 0 ? found : ['the audit of clients loses its last changes']
  } catch {
    return ['the clients in the data directory cannot be read']
  }
}

const changeSchema = z.object({ id: z.number(), signature: z.string() })
type Change = z.infer<typeof changeSchema>

/** @returns `undefined` if no client was ever changed. */
function lastChange(path: string): Change | undefined {
  return withDatabase(
    path,
    (database) => {
      if (!hasTable(database, 'audit')) return undefined
      const row = database
        .prepare('SELECT id, hex(signature) AS signature FROM audit ORDER BY id DESC LIMIT 1')
        .get()
      return row === undefined ? undefined : changeSchema.parse(row)
    },
    READ_ONLY,
  )
}

/** Whether an audit has this change at this place: rows are never changed, so what is before it is the same. */
function hasChange(path: string, { id, signature }: Change): boolean {
  try {
    return withDatabase(
      path,
      (database) =>
        database
          .prepare('SELECT 1 FROM audit WHERE id = ? AND hex(signature) = ?')
          .get(id, signature) !== undefined,
      READ_ONLY,
    )
  } catch {
    // The backup has no such file or table.
    return false
  }
}

const clientSchema = z.object({
  name: z.string(),
  version: z.number(),
  disabled: z.number(),
  quarantined: z.number(),
  entry: z.string(),
})
type Client = z.infer<typeof clientSchema>

/** @returns Clients by name; none if there is no such file or table. */
function readClients(path: string): ReadonlyMap<string, Client> {
  try {
    const rows = withDatabase(
      path,
      (database) =>
        database
          .prepare('SELECT name, version, disabled, quarantined, entry FROM client ORDER BY name')
          .all(),
      READ_ONLY,
    )
    return new Map(
      z
        .array(clientSchema)
        .parse(rows)
        .map((client) => [client.name, client]),
    )
  } catch {
    return new Map()
  }
}

type Clients = ReadonlyMap<string, Client>

function describeChanges(current: Clients, copy: Clients): readonly string[] {
  const both = [...copy.values()].flatMap((after) => {
    const before = current.get(after.name)
    return before === undefined ? [] : [{ before, after }]
  })
  const where = (isSo: (before: Client, after: Client) => boolean): readonly string[] =>
    both.filter(({ before, after }) => isSo(before, after)).map(({ after }) => after.name)
  const absentIn = (all: Clients, other: Clients): readonly string[] =>
    [...all.keys()].filter((name) => !other.has(name))
  return [
    ...absentIn(copy, current).map((name) => `client ${name}, which was removed, comes back`),
    ...where(isReleased).map((name) => `client ${name} leaves quarantine`),
    ...where(isEnabled).map((name) => `client ${name} is enabled again`),
    ...where(
      (before, after) =>
        !isReleased(before, after) && !isEnabled(before, after) && isChanged(before, after),
    ).map((name) => `client ${name} gets the keys and rules of before`),
    ...absentIn(current, copy).map((name) => `client ${name}, which was added, is lost`),
  ]
}

const isReleased = (before: Client, after: Client): boolean =>
  before.quarantined === 1 && after.quarantined === 0
const isEnabled = (before: Client, after: Client): boolean =>
  before.disabled === 1 && after.disabled === 0
const isChanged = (before: Client, after: Client): boolean =>
  before.version !== after.version || before.entry !== after.entry
