import type { Io } from '../terminal/io.ts'
import { formatTable } from '../terminal/table.ts'
import type { Page } from '../worker/pages.ts'

/** Options for {@link printList}. */
export interface ListStyle<T> {
  readonly isJson: boolean
  /** Name of the items, also of the member in JSON. */
  readonly member: string
  readonly headings: readonly string[]
  readonly toRow: (item: T) => readonly string[]
}

/** Prints a list, and a cursor to standard error if there may be more items. */
export function printList<T>({ items, ...rest }: Page<T>, style: ListStyle<T>, io: Io): void {
  const { isJson, member, headings, toRow } = style
  if (isJson) io.stdout(`${JSON.stringify({ [member]: items, ...rest }, null, 2)}\n`)
  else if (items.length > 0) io.stdout(formatTable(headings, items.map(toRow)))
  else io.stderr(`no ${member} found\n`)
  const { next } = rest
  if (next !== null) io.stderr(`there may be more ${member}: continue with --after ${next}\n`)
}
