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
import { type Cursor, readCursor } from './cursor.ts'

/** A query, and the parts that every list has. */
export interface ReadQuery<Query> {
  readonly query: Query
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

/** Reads the query of a list; as {@link readMembers}, and a cursor that no page gave is malformed. */
export function readQuery<Query extends Pick<RefusalsQuery, 'limit' | 'cursor'>>(
  search: URLSearchParams,
  schema: z.ZodMiniType<Query>,
): Result<ReadQuery<Query>, Refusal> {
  const query = readMembers(search, schema)
  if (!query.ok) return query
  const { limit, cursor: text } = query.value
  const cursor = text === undefined ? undefined : readCursor(text)
  if (text !== undefined && cursor === undefined) {
    return malformed('cursor: is not the "next" of a page')
  }
  return ok({ query: query.value, cursor, limit: Number(limit ?? DEFAULT_PAGE_ITEMS) })
}

const malformed = (detail: string): Result<never, Refusal> =>
  err({ code: 'query_malformed', detail })
