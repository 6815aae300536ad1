/**
 * The file of `clients apply` and `clients export`: `{ clients: { NAME: ENTRY } }` as YAML or JSON.
 *
 * @module
 */
import { err, nameSchema, ok, type Result } from '@edge-issuer/shared'
import {
  type ClientEntry,
  clientEntrySchema,
  type ConfigError,
  formatConfigError,
  schemaErrors,
} from '@edge-issuer/signer-worker/config'
import { stringify } from 'yaml'
import * as z from 'zod/mini'
import { readDocumentText } from '../files/read-document.ts'
import { readText } from '../files/read-input.ts'
import type { Io } from '../terminal/io.ts'

/** Maximum size of a file, in bytes: ten thousand clients with rules and token keys. */
const MAX_FILE_BYTES = 67_108_864

/** Maximum number of clients in one file: what one directory holds. */
const MAX_CLIENTS = 10_000

/** Maximum number of errors that a message shows. */
const MAX_SHOWN_ERRORS = 50

const clientsFileSchema = z.strictObject({
  clients: z
    .record(nameSchema, clientEntrySchema)
    .check(
      z.refine(
        (clients) => Object.keys(clients).length <= MAX_CLIENTS,
        `must have at most ${String(MAX_CLIENTS)} clients`,
      ),
    ),
})

/** Clients by name. */
export type ClientEntries = ReadonlyMap<string, ClientEntry>

/** Reads a file of clients; `-` is standard input. @returns The clients, or every error with its JSON pointer. */
export async function readClientsFile(
  path: string,
  io: Io,
): Promise<Result<ClientEntries, string>> {
  const document = await readDocument(path, io)
  return document.ok ? parseClients(document.value, path) : document
}

/** Clients of a configuration. */
export interface ConfigClients {
  readonly clients: ClientEntries
  /** Names of clients without a key: they were removed, and exist only for the list of their certificates. */
  readonly removed: readonly string[]
}

/** Reads the section `clients` of a worker's configuration; the other sections are not checked. */
export async function readConfigClients(
  path: string,
  io: Io,
): Promise<Result<ConfigClients, string>> {
  const document = await readDocument(path, io)
  if (!document.ok) return document
  const config = configSectionSchema.safeParse(document.value)
  if (!config.success) {
    return err(`"${path}" has no section "clients"; expected a signer.config.json of a worker`)
  }
  const entries = Object.entries(config.data.clients)
  const removed = entries.filter(([, entry]) => isWithoutKey(entry)).map(([name]) => name)
  const kept = entries.filter(([name]) => !removed.includes(name))
  const clients = parseClients({ clients: Object.fromEntries(kept) }, path)
  return clients.ok ? ok({ clients: clients.value, removed }) : clients
}

const configSectionSchema = z.looseObject({
  publicUrl: z.string(),
  clients: z.record(z.string(), z.unknown()),
})
const withoutKeySchema = z.looseObject({ keys: z.array(z.unknown()).check(z.length(0)) })

const isWithoutKey = (entry: unknown): boolean => withoutKeySchema.safeParse(entry).success

/** Formats the file that {@link readClientsFile} reads. */
export const formatClients = (
  clients: Readonly<Record<string, unknown>>,
  { isJson }: { readonly isJson: boolean },
): string =>
  isJson
    ? `${JSON.stringify({ clients }, null, 2)}\n`
    : stringify({ clients }, { aliasDuplicateObjects: false, lineWidth: 0 })

/** Reads one YAML document, which can be JSON. @returns Its value, or an error that names the line. */
export async function readDocument(path: string, io: Io): Promise<Result<unknown, string>> {
  const text = await readText(path, io, MAX_FILE_BYTES)
  return text.ok ? readDocumentText(text.value, path) : text
}

function parseClients(document: unknown, path: string): Result<ClientEntries, string> {
  const parsed = clientsFileSchema.safeParse(document)
  return parsed.success
    ? ok(new Map(Object.entries(parsed.data.clients)))
    : err(fileErrors(path, schemaErrors(parsed.error.issues)))
}

/** Formats errors about a file as one message, one per line. */
export function fileErrors(path: string, errors: readonly ConfigError[]): string {
  const count = errors.length === 1 ? '1 error' : `${String(errors.length)} errors`
  const shown = errors.slice(0, MAX_SHOWN_ERRORS).map((error) => `  ${formatConfigError(error)}`)
  const hidden = errors.length - shown.length
  const more = hidden > 0 ? [`  and ${String(hidden)} more`] : []
  return [`"${path}" has ${count}:`, ...shown, ...more].join('\n')
}
