import { z } from 'zod'

const errorSchema = z.object({ errcode: z.number() })

/** @returns SQLite's primary result code (sqlite.org/rescode.html), the lowest byte; 0 for an error of others. */
export const sqliteCode = (error: unknown): number =>
  (errorSchema.safeParse(error).data?.errcode ?? 0) & 0xff
