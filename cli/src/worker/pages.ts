/**
 * Lists that come in pages.
 *
 * @module
 */
import type { SignerFault } from '@edge-issuer/relay/signer'
import { certificatesQuerySchema, err, MAX_PAGE_ITEMS, ok, type Result } from '@edge-issuer/shared'
import { optional, type Values } from '../parameters.ts'
import { bySchema, count } from '../value-types.ts'

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
    const fault = page.ok ? faultOf(page.value, wanted, cursor) : undefined
    yield fault === undefined ? page : err(fault)
    if (!page.ok || fault !== undefined || page.value.next === null) return
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

/** A worker that goes in a circle, or gives more than it was asked for, would never be done. */
function faultOf<T>(
  { items, next }: Page<T>,
  wanted: number,
  cursor: string | undefined,
): SignerFault | undefined {
  const found =
    items.length > wanted
      ? `${String(items.length)} items, ${String(wanted)} were asked for`
      : next !== null && next === cursor
        ? 'the page after this one is this one'
        : undefined
  return found === undefined
    ? undefined
    : { class: 'temporary', code: 'answer_malformed', message: `unusable page: ${found}` }
}
