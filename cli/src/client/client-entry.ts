import { err, nameSchema, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { parseJson } from '../parse-json.ts'

/** What the worker's configuration says of one client, as far as this program writes it. */
interface ClientEntry {
  readonly keys: readonly { readonly publicKey: string }[]
  readonly issuers: readonly string[]
  /** The first that the issuer also has is the client's default. */
  readonly profiles: readonly string[]
}

/** The `clients` of a worker configuration, or a part of them. */
export type ClientEntries = Readonly<Record<string, ClientEntry>>

/** The shape of the file only: what an entry may hold is judged with the whole configuration. */
const clientFileSchema = z.record(nameSchema, z.looseObject({}))

/** @returns The entries of a client file by name, or why it is none. */
export function readClientEntries(
  content: string,
): Result<Readonly<Record<string, unknown>>, string> {
  const entries = clientFileSchema.safeParse(parseJson(content))
  if (!entries.success) return err('is not a JSON object of clients by name')
  return Object.keys(entries.data).length === 0 ? err('holds no client') : ok(entries.data)
}
