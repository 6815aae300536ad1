/**
 * Reads the file that `admin create` wrote: entries of admins by name.
 *
 * @module
 */
import { err, nameSchema, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { parseJson } from '../files/parse-json.ts'

/** Structure only; the entries are checked with the whole configuration. */
const adminEntriesSchema = z.record(nameSchema, z.looseObject({}))

/** Entries of admins by name, as read from a file. */
export type AdminEntries = z.infer<typeof adminEntriesSchema>

/**
 * @param content - Text of the file.
 * @param what - The file in the error.
 */
export function readAdminEntries(content: string, what: string): Result<AdminEntries, string> {
  const entries = adminEntriesSchema.safeParse(parseJson(content))
  if (!entries.success || Object.keys(entries.data).length === 0) {
    return err(
      `${what} is not a JSON object of admins by name, as "edge-issuer admin create" writes it`,
    )
  }
  // Only a file of clients has this member, and an admin of this name has a role.
  const isClients = 'clients' in entries.data && !('role' in (entries.data['clients'] ?? {}))
  return isClients
    ? err(
        `${what} contains clients, which are not part of a configuration; register them with "edge-issuer clients apply --file"`,
      )
    : ok(entries.data)
}
