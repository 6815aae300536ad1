/**
 * Listings and watch events as the API server writes them. Only the frame is checked here; the objects inside are
 * validated by the caller.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { type ApiError, statusError } from './api-error.ts'
import { objectKey } from './object-ref.ts'
import type { ListPart, RawObject, WatchEvent } from './ports.ts'
import { parseJson } from './transport.ts'

const objectSchema = z.object({
  metadata: z.object({
    name: z.string().min(1),
    namespace: z.string().min(1).optional(),
    resourceVersion: z.string().min(1),
  }),
})

const listSchema = z.object({
  metadata: z.object({
    resourceVersion: z.string().min(1),
    /** Where the next page begins; empty or absent on the last one. */
    continue: z.string().default(''),
  }),
  /** Whatever is still in there is no object. */
  items: z.tuple([]).nullable(),
})

const bookmarkSchema = z.object({ metadata: z.object({ resourceVersion: z.string().min(1) }) })

const eventSchema = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
})

/** The last part of a page, and where the next page begins (empty for the last). */
export interface PageEnd extends ListPart {
  readonly continueToken: string
}

/** Reads the fields of a page other than its objects. */
export function parsePageEnd(frame: unknown): Result<PageEnd, ApiError> {
  const list = listSchema.safeParse(frame)
  if (!list.success) return garbled('a listing')
  const { resourceVersion, continue: continueToken } = list.data.metadata
  return ok({ objects: [], resourceVersion, continueToken })
}

/** Reads objects of a listing, each a text in JSON. */
export function parseListPart(items: Iterable<string>): Result<ListPart, ApiError> {
  const objects: RawObject[] = []
  for (const item of items) {
    const object = parseObject(parseJson(item))
    if (object === undefined) return garbled('an object in a listing')
    objects.push(object)
  }
  return ok({ objects })
}

/** Reads one line of a watch. An ERROR event is the error that it carries. */
export function parseWatchEvent(body: unknown): Result<WatchEvent, ApiError> {
  const event = eventSchema.safeParse(body)
  if (!event.success) return garbled('a watch event')
  const { type, object } = event.data
  if (type === 'ERROR') return err(statusError(object))
  if (type === 'BOOKMARK') {
    const bookmark = bookmarkSchema.safeParse(object)
    if (!bookmark.success) return garbled('a bookmark')
    return ok({ kind: 'bookmark', resourceVersion: bookmark.data.metadata.resourceVersion })
  }
  const raw = parseObject(object)
  if (raw === undefined) return garbled('the object of a watch event')
  return ok({ kind: type === 'DELETED' ? 'deleted' : 'changed', object: raw })
}

function parseObject(body: unknown): RawObject | undefined {
  const object = objectSchema.safeParse(body)
  if (!object.success) return undefined
  const { name, namespace, resourceVersion } = object.data.metadata
  const key = objectKey(namespace === undefined ? { name } : { namespace, name })
  return { key, resourceVersion, body }
}

/** The text did not come from the API server: a proxy responded, or the stream was cut. */
function garbled(what: string): Result<never, ApiError> {
  return err({ kind: 'unavailable', message: `${what} from the API server is malformed` })
}
