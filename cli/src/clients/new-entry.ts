/**
 * Builds the entry of a new client from what `clients add` was given.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import {
  type ClientEntry,
  clientEntrySchema,
  formatConfigError,
  readPublicKey,
  schemaErrors,
} from '@edge-issuer/signer-worker/config'
import { z } from 'zod'
import { type Access, MISSING_ACCESS } from '../client/access.ts'
import { readText } from '../files/read-input.ts'
import type { Io } from '../terminal/io.ts'
import { readDocument } from './clients-file.ts'

/** Default of `--issuer` and of `--profile`. */
const DEFAULT_NAME = 'default'

/** What the flags of a command say about a client. */
export interface EntryFlags {
  /** Empty for the default. */
  readonly issuers: readonly string[]
  /** Empty for the default. */
  readonly profiles: readonly string[]
  readonly access: Access | undefined
  readonly region: string | undefined
}

/** What a client's file or its cluster says: members of an entry. */
export type EntryParts = Readonly<Record<string, unknown>>

/** @returns The complete entry, or an error with each violation. */
export function newEntry(
  parts: EntryParts,
  { issuers, profiles, access, region }: EntryFlags,
): Result<ClientEntry, string> {
  const hasAccess = 'allowed' in parts || 'unrestricted' in parts
  if (hasAccess && access !== undefined) {
    return err(
      'the file of --key says what the client may request; remove the --allow flags or --unrestricted',
    )
  }
  if (!hasAccess && access === undefined) return err(MISSING_ACCESS)
  const parsed = clientEntrySchema.safeParse({
    keys: [],
    issuers: [DEFAULT_NAME],
    profiles: [DEFAULT_NAME],
    ...parts,
    ...(issuers.length === 0 ? {} : { issuers }),
    ...(profiles.length === 0 ? {} : { profiles }),
    ...access,
    ...(region === undefined ? {} : { region }),
  })
  return parsed.success
    ? ok(parsed.data)
    : err(schemaErrors(parsed.error.issues).map(formatConfigError).join('\n'))
}

const clientFileSchema = z.strictObject({ clients: z.record(z.string(), z.looseObject({})) })

/**
 * Reads the file of `--key`: a public key in PEM, or the file that `client create` wrote for this client.
 *
 * @returns Members of the entry: `keys`, and the rules if the file has them.
 */
export async function readKeyParts(
  path: string,
  name: string,
  io: Io,
): Promise<Result<EntryParts, string>> {
  const text = await readText(path, io)
  if (!text.ok) return text
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text.value)) {
    return err(
      `"${path}" contains a private key; --key expects the client's public key, such as ${name}.client.json (the admin's key is --admin-key)`,
    )
  }
  if (
    text.value.includes('-----BEGIN PUBLIC KEY-----') &&
    !text.value.trimStart().startsWith('{')
  ) {
    const key = readPublicKey(text.value)
    return key.ok ? ok({ keys: [{ publicKey: text.value }] }) : err(`"${path}" ${key.error}`)
  }
  const document = await readDocument(path, io)
  const entries = clientFileSchema.safeParse(document.ok ? document.value : undefined)
  if (!entries.success) {
    return err(
      `"${path}" is neither a public key in PEM nor a file that "edge-issuer client create" wrote`,
    )
  }
  const { clients } = entries.data
  const entry = Object.hasOwn(clients, name) ? clients[name] : undefined
  if (entry !== undefined) return ok(entry)
  const names = Object.keys(clients).join(', ')
  return err(`"${path}" has no client "${name}"; it has ${names === '' ? 'none' : names}`)
}
