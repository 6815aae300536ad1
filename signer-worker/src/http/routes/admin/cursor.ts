/**
 * The position in a list, as the text that clients send back.
 *
 * @module
 */
import { nameSchema } from '@edge-issuer/shared'
import * as z from 'zod/mini'

const positionSchema = z.int().check(z.gte(0))

/** A place between two items of one ledger object. */
export const ledgerCursorSchema = z.strictObject({
  issuer: nameSchema,
  client: nameSchema,
  shard: z.int().check(z.gte(0), z.lte(255)),
  /** Position of the last item that was given. */
  after: positionSchema,
})

/** A place between two certificates of the indexes. */
export const indexCursorSchema = z.strictObject({
  issuer: nameSchema,
  /** The number of the ledger, and the position of the last certificate that was given. */
  ledger: positionSchema,
  seq: positionSchema,
})

export type LedgerCursor = z.infer<typeof ledgerCursorSchema>
export type IndexCursor = z.infer<typeof indexCursorSchema>

/** Base64url of JSON: nothing in it is secret. */
export const writeCursor = (cursor: LedgerCursor | IndexCursor): string =>
  Buffer.from(JSON.stringify(cursor)).toString('base64url')

/** @returns `undefined` for a text that {@link writeCursor} did not give for this kind of list. */
export function readCursor<Cursor>(
  text: string,
  schema: z.ZodMiniType<Cursor>,
): Cursor | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString())).data
  } catch {
    return undefined
  }
}
