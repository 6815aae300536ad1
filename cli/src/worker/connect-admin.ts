import type { SignerError } from '@edge-issuer/relay/signer'
import { err, type Result } from '@edge-issuer/shared'
import type { Exit, Failure } from '../command-line/exit-codes.ts'
import { optional, toggle } from '../command-line/parameters.ts'
import { FILE } from '../command-line/value-types.ts'
import { WORKER_VARIABLES, type WorkerFlags } from '../context/resolve-worker.ts'
import type { Io } from '../terminal/io.ts'
import { type AdminClient, createAdminClient } from './admin-client.ts'
import { openWith, WORKER_PARAMETERS } from './connect.ts'
import { type ClientDirectory, createClientDirectory } from './directory-client.ts'
import { reportError } from './report-error.ts'

/** Parameters of every command that reads the ledger. */
export const ADMIN_PARAMETERS = {
  url: WORKER_PARAMETERS.url,
  key: optional(
    FILE,
    `the admin's private key (PEM), which admin create wrote; when absent, ${WORKER_VARIABLES.key} or the context`,
  ),
  caFile: WORKER_PARAMETERS.caFile,
  context: WORKER_PARAMETERS.context,
}

/** Switch of every command that prints one result. */
export const JSON_SWITCH = toggle('print the result, or the error, as one JSON object')

/** Exit codes of every command that reads the ledger. */
export const ADMIN_EXITS: readonly Exit[] = [
  'done',
  'failed',
  'usage',
  'permanent',
  'temporary',
  'issuer',
  'pending',
]

/** Opens a client, calls `use` with it, and closes it. */
export async function withAdmin<T>(
  flags: WorkerFlags,
  use: (admin: AdminClient) => Promise<Result<T, Failure>>,
  io: Io,
): Promise<Result<T, Failure>> {
  return closing(await openWith(flags, createAdminClient, io), use)
}

/** Opens the directory of clients, calls `use` with it, and closes it. */
export async function withDirectory<T>(
  flags: WorkerFlags,
  use: (directory: ClientDirectory) => Promise<Result<T, Failure>>,
  io: Io,
): Promise<Result<T, Failure>> {
  return closing(await openWith(flags, createClientDirectory, io), use)
}

async function closing<C extends { readonly close: () => Promise<void> }, T>(
  opened: Result<C, Failure>,
  use: (client: C) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  if (!opened.ok) return opened
  try {
    return await use(opened.value)
  } finally {
    await opened.value.close()
  }
}

/** Sends one query; reports an error and returns it as the command's failure. */
export async function askAdmin<T>(
  flags: WorkerFlags & { readonly json: boolean },
  query: (admin: AdminClient) => Promise<Result<T, SignerError>>,
  io: Io,
): Promise<Result<T, Failure>> {
  return withAdmin(flags, async (admin) => reported(await query(admin), flags, io), io)
}

/** Calls the directory of clients; reports an error and returns it as the command's failure. */
export async function askDirectory<T>(
  flags: WorkerFlags & { readonly json: boolean },
  query: (directory: ClientDirectory) => Promise<Result<T, SignerError>>,
  io: Io,
): Promise<Result<T, Failure>> {
  return withDirectory(flags, async (directory) => reported(await query(directory), flags, io), io)
}

const reported = <T>(
  answer: Result<T, SignerError>,
  { json: isJson }: { readonly json: boolean },
  io: Io,
): Result<T, Failure> =>
  answer.ok ? answer : err(reportError(answer.error, { key: 'admin', isJson, facts: {} }, io))
