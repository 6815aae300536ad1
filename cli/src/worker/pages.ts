/**
 * Reads paginated lists.
 *
 * @module
 */
import type { ResponseSchema, SignerError } from '@edge-issuer/relay/signer'
import {
  certificatesQuerySchema,
  MAX_PAGE_ITEMS,
  ok,
  type RefusalsQuery,
  type Result,
} from '@edge-issuer/shared'
import { optional, type Values } from '../command-line/parameters.ts'
import { bySchema, count } from '../command-line/value-types.ts'

/** Maximum of `--limit`. */
const MAX_ITEMS = 999_999_999

/** Flags for a part of a list. */
export const PAGE_PARAMETERS = {
  limit: optional(count(MAX_ITEMS, 1), 'maximum number of items; all when absent'),
  after: optional(
    bySchema('CURSOR', certificatesQuerySchema.shape.cursor),
    'continue at this cursor, which an earlier run with the same filters printed',
  ),
}

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Cursor of the next page; `null` on the last page. */
  readonly next: string | null
  /** Up to when the list is complete (RFC 3339); absent for a list that is complete. */
  readonly indexedThrough?: string | undefined
}

/** Parameters of one page. */
export interface Slice {
  readonly limit: string
  readonly cursor: string | undefined
}

/**
 * Reads pages of maximum size until the last page, `limit` items, or an error.
 *
 * @yields Each page, or an error as the last value.
 */
export async function* readPages<T>(
  readPage: (slice: Slice) => Promise<Result<Page<T>, SignerError>>,
  { limit = Infinity, after }: Values<typeof PAGE_PARAMETERS>,
): AsyncGenerator<Result<Page<T>, SignerError>, void> {
  let cursor = after
  let left = limit
  while (left > 0) {
    const wanted = Math.min(left, MAX_PAGE_ITEMS)
    const page = await readPage({ limit: String(wanted), cursor })
    yield page
    if (!page.ok || page.value.next === null) return
    cursor = page.value.next
    left -= page.value.items.length
  }
}

/** Reads a whole list. @returns The list, or the first error. */
export async function readList<T>(
  readPage: (slice: Slice) => Promise<Result<Page<T>, SignerError>>,
  range: Values<typeof PAGE_PARAMETERS>,
): Promise<Result<Page<T>, SignerError>> {
  const items: T[] = []
  let next: string | null = null
  let indexedThrough: string | undefined
  for await (const page of readPages(readPage, range)) {
    if (!page.ok) return page
    for (const item of page.value.items) items.push(item)
    next = page.value.next
    indexedThrough = earlier(indexedThrough, page.value.indexedThrough)
  }
  return ok({ items, next, ...(indexedThrough === undefined ? {} : { indexedThrough }) })
}

/** Times in UTC and whole seconds, as the worker sends them, are in the order of their text. */
const earlier = (one: string | undefined, other: string | undefined): string | undefined =>
  one === undefined || (other !== undefined && other < one) ? other : one

/**
 * Schema for a page that also limits its size and rejects a cursor that does not advance, so that reading a list
 * always ends.
 *
 * @param schema - Schema of the response body.
 * @param itemsOf - Takes the items from the body.
 */
export const pageSchema = <Body extends Pick<Page<unknown>, 'next' | 'indexedThrough'>, T>(
  schema: ResponseSchema<Body>,
  itemsOf: (body: Body) => readonly T[],
  { limit, cursor }: Pick<RefusalsQuery, 'limit' | 'cursor'>,
): ResponseSchema<Page<T>> => ({
  safeParse: (value) => {
    const parsed = schema.safeParse(value)
    if (!parsed.success) return { success: false }
    const { next, indexedThrough } = parsed.data
    const items = itemsOf(parsed.data)
    const through = indexedThrough === undefined ? {} : { indexedThrough }
    if (limit !== undefined && items.length > Number(limit)) {
      const problem = `the page has ${String(items.length)} items; the limit was ${limit}`
      return { success: false, problem }
    }
    return next !== null && next === cursor
      ? { success: false, problem: 'the cursor of the next page is the cursor of this page' }
      : { success: true, data: { items, next, ...through } }
  },
})
