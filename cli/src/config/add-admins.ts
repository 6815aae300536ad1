import { err, ok, type Result } from '@edge-issuer/shared'
import { readAdminEntries } from './admin-entries.ts'
import { formatDocument, readSections } from './edit-config.ts'

/** Result of {@link addAdmins}. */
export interface AddedAdmins {
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
export function addAdmins(config: string, entries: string): Result<AddedAdmins, string> {
  const sections = readSections(config)
  if (!sections.ok) return sections
  const { document, admins } = sections.value
  const added = readAdminEntries(entries, 'the file to add')
  if (!added.ok) return added
  const names = Object.keys(added.value)
  const repeated = names.find((name) => Object.hasOwn(admins, name))
  if (repeated !== undefined) {
    return err(
      `the configuration already has an admin "${repeated}"; remove it, or choose another name`,
    )
  }
  const changed = { ...document, admins: { ...admins, ...added.value } }
  return ok({ text: formatDocument(changed), names })
}
