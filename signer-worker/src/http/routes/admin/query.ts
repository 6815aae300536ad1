/**
 * The query of a request to the admin API, from text to checked values.
 *
 * @module
 */
import {
  DEFAULT_PAGE_ITEMS,
  err,
  ok,
  type Refusal,
  type RefusalsQuery,
  type Result,
} from '@edge-issuer/shared'
import type * as z from 'zod/mini'
import { readCursor } from './cursor.ts'

/** What every list has in its query. */
type ListMembers = Pick<RefusalsQuery, 'limit' | 'cursor'>

/** How much of a list, and from where. */
export interface Slice<Cursor> {
  /** `undefined` for the first page. */
  readonly cursor: Cursor | undefined
  readonly limit: number
}

/**
 * @param search - What follows the `?` of the URL, decoded.
 * @returns `query_malformed`, naming each member with an error: an unknown one, one that is there twice.
 */
export function readMembers<Query>(
  search: URLSearchParams,
  schema: z.ZodMiniType<Query>,
): Result<Query, Refusal> {
  const names = [...search.keys()]
  const repeated = names.filter((name, index) => names.indexOf(name) < index)
  const parsed = schema.safeParse(Object.fromEntries(search))
  const errors = [
    ...repeated.map((name) => `${JSON.stringify(name)} is there more than once`),
    ...(parsed.error?.issues ?? []).map(({ path, message }) => [...path, message].join(': ')),
  ]
  return errors.length > 0 || !parsed.success ? malformed(errors.join('; ')) : ok(parsed.data)
}

/**
 * Reads what every list has in its query.
 *
 * @param schema - Of the cursors of this list.
 * @returns `query_malformed` for a cursor that no page of such a list gave.
 */
export function readSlice<Cursor>(
  { limit, cursor: text }: ListMembers,
  schema: z.ZodMiniType<Cursor>,
): Result<Slice<Cursor>, Refusal> {
  const cursor = text === undefined ? undefined : readCursor(text, schema)
  if (text !== undefined && cursor === undefined) {
    return malformed('cursor: is not the "next" of a page of this list')
  }
  return ok({ cursor, limit: Number(limit ?? DEFAULT_PAGE_ITEMS) })
}

const malformed = (detail: string): Result<never, Refusal> =>
  err({ code: 'query_malformed', detail })
