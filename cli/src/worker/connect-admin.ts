import type { SignerError } from '@edge-issuer/relay/signer'
import { err, type Result } from '@edge-issuer/shared'
import type { Exit, Failure } from '../command-line/exit-codes.ts'
import { optional, toggle } from '../command-line/parameters.ts'
import { FILE } from '../command-line/value-types.ts'
import { WORKER_VARIABLES, type WorkerFlags } from '../context/resolve-worker.ts'
import type { Io } from '../terminal/io.ts'
import { type AdminClient, createAdminClient } from './admin-client.ts'
import { openWith, WORKER_PARAMETERS } from './connect.ts'
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
  const admin = await openWith(flags, createAdminClient, io)
  if (!admin.ok) return admin
  try {
    return await use(admin.value)
  } finally {
    await admin.value.close()
  }
}

/** Sends one query; reports an error and returns it as the command's failure. */
export async function askAdmin<T>(
  flags: WorkerFlags & { readonly json: boolean },
  query: (admin: AdminClient) => Promise<Result<T, SignerError>>,
  io: Io,
): Promise<Result<T, Failure>> {
  return withAdmin(
    flags,
    async (admin) => {
      const answer = await query(admin)
      return answer.ok
        ? answer
        : err(reportError(answer.error, { isJson: flags.json, facts: {} }, io))
    },
    io,
  )
}
