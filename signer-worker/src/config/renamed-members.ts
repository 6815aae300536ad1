/**
 * Names and values of the configuration that were renamed before version 1. A document with an old one is
 * refused with the new one, instead of with "unrecognized key".
 *
 * @module
 */

/** One old name or value in a document. */
export interface RenamedMember {
  readonly path: readonly [section: string, entry: string, member: string]
  /** The new name; of the value, if only that was renamed. */
  readonly to: string
  readonly isValue: boolean
  readonly message: string
}

/** What was renamed; with `value`, only that value of the member. */
const RENAMED: readonly {
  readonly section: 'issuers' | 'profiles'
  readonly member: string
  readonly value?: string
  readonly to: string
}[] = [
  { section: 'issuers', member: 'keys', to: 'authorities' },
  { section: 'profiles', member: 'overMaximum', to: 'onExceed' },
  { section: 'profiles', member: 'commonName', value: 'inSans', to: 'requireInSANs' },
]

/** @returns Every old name and value in a document, which may be any JSON value. */
export const renamedMembers = (json: unknown): readonly RenamedMember[] =>
  RENAMED.flatMap(({ section, member, value, to }) =>
    entriesOf(memberOf(json, section)).flatMap(([entry, members]): readonly RenamedMember[] => {
      const found = memberOf(members, member)
      if (found === undefined || (value !== undefined && found !== value)) return []
      const message =
        value === undefined ? `renamed to "${to}"` : `the value "${value}" was renamed to "${to}"`
      return [{ path: [section, entry, member], to, isValue: value !== undefined, message }]
    }),
  )

const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  isObject(value) ? Object.entries(value) : []

const memberOf = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
