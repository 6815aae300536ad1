import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { parseJson } from '../files/parse-json.ts'
import { readAdminEntries } from './admin-entries.ts'

const objectSchema = z.record(z.string(), z.unknown())

/** Result of {@link addAdmins}. */
export interface Added {
  /** The whole configuration. */
  readonly text: string
  readonly names: readonly string[]
}

/**
 * Adds the admins of a file to a configuration. Everything else stays unchanged and in its order.
 *
 * @param config - Text of the configuration.
 * @param entries - Text of the file that `admin create` wrote.
 * @returns The changed configuration, or an error message.
 */
export function addAdmins(config: string, entries: string): Result<Added, string> {
  const document = objectSchema.safeParse(parseJson(config))
  const known = objectSchema.safeParse(document.data?.['admins'] ?? {})
  if (!document.success || !known.success) {
    return err(
      'the file to change is not a configuration of the worker; "edge-issuer config init" creates one',
    )
  }
  const added = readAdminEntries(entries, 'the file to add')
  if (!added.ok) return added
  const names = Object.keys(added.value)
  const repeated = names.find((name) => Object.hasOwn(known.data, name))
  if (repeated !== undefined) {
    return err(
      `the configuration already has an admin "${repeated}"; remove it, or choose another name`,
    )
  }
  const changed = { ...document.data, admins: { ...known.data, ...added.value } }
  return ok({ text: `${JSON.stringify(changed, null, 2)}\n`, names })
}
