/**
 * Lists that come in pages.
 *
 * @module
 */
import type { AnswerSchema, SignerFault } from '@edge-issuer/relay/signer'
import {
  certificatesQuerySchema,
  MAX_PAGE_ITEMS,
  ok,
  type RefusalsQuery,
  type Result,
} from '@edge-issuer/shared'
import { optional, type Values } from '../command-line/parameters.ts'
import { bySchema, count } from '../command-line/value-types.ts'

/** Most items that `--limit` can ask for. */
const MAX_ITEMS = 999_999_999

/** Which part of a list, as flags. */
export const PAGE_PARAMETERS = {
  limit: optional(count(MAX_ITEMS, 1), 'stop after so many; all of them when absent'),
  after: optional(
    bySchema('CURSOR', certificatesQuerySchema.shape.cursor),
    'go on where an earlier run with the same filters ended, which named the cursor',
  ),
}

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Cursor of the page after this one; `null` after the last one. */
  readonly next: string | null
}

/** What of a list is asked for at once. */
export interface Slice {
  readonly limit: string
  readonly cursor: string | undefined
}

/**
 * Asks for page after page, each as large as the worker gives, until the last one, `limit` items, or a
 * fault.
 *
 * @yields A page with no more items than are left of the limit, or, as the last, a fault.
 */
export async function* readPages<T>(
  readPage: (slice: Slice) => Promise<Result<Page<T>, SignerFault>>,
  { limit = Infinity, after }: Values<typeof PAGE_PARAMETERS>,
): AsyncGenerator<Result<Page<T>, SignerFault>, void> {
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

/** A list in one piece, or the first fault. */
export async function readList<T>(
  readPage: (slice: Slice) => Promise<Result<Page<T>, SignerFault>>,
  range: Values<typeof PAGE_PARAMETERS>,
): Promise<Result<Page<T>, SignerFault>> {
  const items: T[] = []
  let next: string | null = null
  for await (const page of readPages(readPage, range)) {
    if (!page.ok) return page
    for (const item of page.value.items) items.push(item)
    next = page.value.next
  }
  return ok({ items, next })
}

/**
 * A page as an answer must have it: a worker that goes in a circle, or gives more than it was asked for, would
 * never be done.
 *
 * @param schema - Of the answer's body.
 * @param asked - The query that it answers.
 */
export const pageSchema = <Body extends { readonly next: string | null }, T>(
  schema: AnswerSchema<Body>,
  itemsOf: (body: Body) => readonly T[],
  { limit, cursor }: Pick<RefusalsQuery, 'limit' | 'cursor'>,
): AnswerSchema<Page<T>> => ({
  safeParse: (value) => {
    const parsed = schema.safeParse(value)
    if (!parsed.success) return { success: false }
    const { next } = parsed.data
    const items = itemsOf(parsed.data)
    if (limit !== undefined && items.length > Number(limit)) {
      const problem = `the page has ${String(items.length)} items, ${limit} were asked for`
      return { success: false, problem }
    }
    return next !== null && next === cursor
      ? { success: false, problem: 'the page after this one is this one' }
      : { success: true, data: { items, next } }
  },
})
