/**
 * Compares two entries of clients, member by member. Pure.
 *
 * @module
 */

/** One member that differs. */
export interface Difference {
  /** JSON pointer (RFC 6901) into the entry. */
  readonly pointer: string
  /** `undefined` for a member that is new. */
  readonly before: unknown
  /** `undefined` for a member that is removed. */
  readonly after: unknown
}

/** Maximum length of a value in a line, in characters. */
const MAX_VALUE_CHARACTERS = 80

/** Lists the members that differ, in the order of their names. Lists are compared as a whole. */
export function differences(before: unknown, after: unknown, pointer = ''): readonly Difference[] {
  if (!isObject(before) || !isObject(after)) {
    return canonical(before) === canonical(after) ? [] : [{ pointer, before, after }]
  }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  return names.flatMap((name) =>
    differences(before[name], after[name], `${pointer}/${escapeSegment(name)}`),
  )
}

/** Formats a difference as one line: the pointer, then the old and new value, or what a list loses and gains. */
export function formatDifference({ pointer, before, after }: Difference): string {
  if (Array.isArray(before) && Array.isArray(after)) {
    const lost = itemsWithout(before, after).map((item) => `-${shortened(item)}`)
    const gained = itemsWithout(after, before).map((item) => `+${shortened(item)}`)
    const items = [...lost, ...gained]
    if (items.length > 0) return `${pointer}: ${items.join(', ')}`
  }
  return `${pointer}: ${valueOf(before)} → ${valueOf(after)}`
}

const valueOf = (value: unknown): string => (value === undefined ? 'absent' : shortened(value))

function shortened(value: unknown): string {
  const text = canonical(value)
  return text.length > MAX_VALUE_CHARACTERS ? `${text.slice(0, MAX_VALUE_CHARACTERS)}…` : text
}

function itemsWithout(items: readonly unknown[], others: readonly unknown[]): readonly unknown[] {
  const known = new Set(others.map(canonical))
  return items.filter((item) => !known.has(canonical(item)))
}

/** JSON with sorted members, so that equal values have equal texts. */
const canonical = (value: unknown): string =>
  value === undefined ? 'undefined' : JSON.stringify(value, sorted)

const sorted = (_: string, member: unknown): unknown =>
  isObject(member)
    ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : member

/** RFC 6901 §3. */
const escapeSegment = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
