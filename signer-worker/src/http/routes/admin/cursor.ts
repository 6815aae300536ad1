/**
 * The position in a list, as the text that clients send back.
 *
 * @module
 */
import { nameSchema } from '@edge-issuer/shared'
import * as z from 'zod/mini'

const cursorSchema = z.strictObject({
  issuer: nameSchema,
  client: nameSchema,
  shard: z.int().check(z.gte(0), z.lte(255)),
  /** Position of the last item that was given. */
  after: z.int().check(z.gte(0)),
})

/** A place between two items of one object. */
export type Cursor = z.infer<typeof cursorSchema>

/** Base64url of JSON: nothing in it is secret. */
export const writeCursor = (cursor: Cursor): string =>
  Buffer.from(JSON.stringify(cursor)).toString('base64url')

/** @returns `undefined` for a text that {@link writeCursor} did not give. */
export function readCursor(text: string): Cursor | undefined {
  try {
    return cursorSchema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString())).data
  } catch {
    return undefined
  }
}
