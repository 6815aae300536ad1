import { err, ok, type Result } from '@edge-issuer/shared'
import {
  type ClientEntry,
  clientEntrySchema,
  schemaErrors,
} from '@edge-issuer/signer-worker/config'
import * as z from 'zod/mini'
import type { Io } from '../terminal/io.ts'
import { fileErrors, readDocument } from './clients-file.ts'

/** The members of a file of rules; they are checked with the whole entry. */
type Rules = Readonly<Record<string, unknown>>

const KEPT = 'is not a rule and stays as it is; remove it from the file'

const rulesSchema = z.looseObject({
  keys: z.optional(z.never({ error: KEPT })),
  identity: z.optional(z.never({ error: KEPT })),
})

/** Members that stay as they are if the file does not have them: they belong to the ledgers. */
const LEDGER_MEMBERS = ['region', 'shards'] as const

/** Reads the file of `clients rules`: an entry without `keys` and `identity`. */
export async function readRules(path: string, io: Io): Promise<Result<Rules, string>> {
  const document = await readDocument(path, io)
  if (!document.ok) return document
  const rules = rulesSchema.safeParse(document.value)
  return rules.success ? ok(rules.data) : err(fileErrors(path, schemaErrors(rules.error.issues)))
}

/**
 * @param current - The entry of the client.
 * @param path - Path of the file, for the error.
 * @returns The entry with other rules, or every error with its JSON pointer.
 */
export function mergeRules(
  rules: Rules,
  current: Readonly<Record<string, unknown>>,
  path: string,
): Result<ClientEntry, string> {
  const kept = LEDGER_MEMBERS.filter((member) => member in current)
  const entry = clientEntrySchema.safeParse({
    ...Object.fromEntries(kept.map((member) => [member, current[member]])),
    ...rules,
    keys: current['keys'],
    ...(current['identity'] === undefined ? {} : { identity: current['identity'] }),
  })
  return entry.success ? ok(entry.data) : err(fileErrors(path, schemaErrors(entry.error.issues)))
}
