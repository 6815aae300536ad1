/**
 * Pages of lists: bounded by number, and by what crosses from a Durable Object.
 *
 * @module
 */

/**
 * A page ends after the row that fills it up to here, in characters of JSON, so that 500 rows with the
 * largest bodies stay below what crosses from a Durable Object (32 MiB) and what fits into memory.
 */
export const MAX_PAGE_CHARACTERS = 4_194_304

/** The items of a page. */
export interface ReadRows<Row, Item> {
  readonly items: readonly Item[]
  /** The row that filled the page; `undefined` when nothing follows. */
  readonly last: Row | undefined
}

/** Reads rows until the page is full, by number or by size; at least one, if there is one. */
export function readPage<Row, Item>(
  rows: Iterable<Row>,
  limit: number,
  toItem: (row: Row) => Item,
): ReadRows<Row, Item> {
  const items: Item[] = []
  let characters = 0
  for (const row of rows) {
    const item = toItem(row)
    items.push(item)
    characters += JSON.stringify(item).length
    const isFull = items.length === limit || characters >= MAX_PAGE_CHARACTERS
    if (isFull) return { items, last: row }
  }
  return { items, last: undefined }
}
