import type { Io } from '../terminal/io.ts'
import { formatTable } from '../terminal/table.ts'
import type { Page } from '../worker/pages.ts'

/** How a list is printed. */
export interface ListStyle<T> {
  readonly isJson: boolean
  /** What the items are called, in JSON and to people. */
  readonly member: string
  readonly headings: readonly string[]
  readonly toRow: (item: T) => readonly string[]
}

/** Prints a list; whether there is more of it goes to standard error. */
export function printList<T>({ items, next }: Page<T>, style: ListStyle<T>, io: Io): void {
  const { isJson, member, headings, toRow } = style
  if (isJson) io.stdout(`${JSON.stringify({ [member]: items, next }, null, 2)}\n`)
  else if (items.length > 0) io.stdout(formatTable(headings, items.map(toRow)))
  else io.stderr(`there are no such ${member}\n`)
  if (next !== null) io.stderr(`there may be more: --after ${next} goes on\n`)
}
