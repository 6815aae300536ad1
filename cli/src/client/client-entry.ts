import { err, nameSchema, ok, type Result } from '@edge-issuer/shared'
import { DEFAULT_CERTIFICATES_PER_MINUTE } from '@edge-issuer/signer-worker/config'
import { z } from 'zod'
import { parseJson } from '../files/parse-json.ts'
import type { Access } from './access.ts'

/** A client's entry in the worker's configuration, as this program writes it. */
type ClientEntry = Access & {
  readonly keys: readonly { readonly publicKey: string }[]
  readonly issuers: readonly string[]
  /** The client's default is the first profile that the issuer also has. */
  readonly profiles: readonly string[]
  readonly certificatesPerMinute: number
}

/** The `clients` of a worker configuration, or a part of them. */
export type ClientEntries = Readonly<Record<string, ClientEntry>>

/** An entry as read from a file; its members are checked with the whole configuration. */
export type ReadEntry = Readonly<Record<string, unknown>>

/** Structure of the file; the entries are checked with the whole configuration. */
const clientFileSchema = z.record(nameSchema, z.looseObject({}))

/** @returns The entries of a client file by name, or an error. */
export function readClientEntries(
  content: string,
  path: string,
): Result<Readonly<Record<string, ReadEntry>>, string> {
  const entries = clientFileSchema.safeParse(parseJson(content))
  if (!entries.success) return err(`"${path}" is not a JSON object of clients by name`)
  return Object.keys(entries.data).length === 0
    ? err(`"${path}" contains no client`)
    : ok(entries.data)
}

/** Whether an entry says what its client may request. */
export const hasAccess = (entry: ReadEntry): boolean =>
  'allowed' in entry || 'unrestricted' in entry

/** Completes an entry with the default rate limit, and with `access` if it has none. */
export const completeEntry = (entry: ReadEntry, access: Access | undefined): ReadEntry => ({
  certificatesPerMinute: DEFAULT_CERTIFICATES_PER_MINUTE,
  ...entry,
  ...(hasAccess(entry) ? {} : access),
})
