import {
  checkEnvironment,
  createSignerClient,
  readClientKey,
  type SignerClient,
  type WorkerOptions,
} from '@edge-issuer/relay/signer'
import { err, ok, type Result } from '@edge-issuer/shared'
import type { Failure } from '../command-line/exit-codes.ts'
import { defaulted, optional, toggle } from '../command-line/parameters.ts'
import { FILE, NAME, text } from '../command-line/value-types.ts'
import { resolveWorker, WORKER_VARIABLES, type WorkerFlags } from '../context/resolve-worker.ts'
import { readText } from '../files/read-input.ts'
import { readClientKeyFile } from '../key-file/read-key-file.ts'
import type { Io } from '../terminal/io.ts'

/** Longest wait for the worker, in milliseconds. */
export const WORKER_DEADLINE_MS = 30_000

const or = (part: keyof typeof WORKER_VARIABLES): string =>
  `; when absent, ${WORKER_VARIABLES[part]} or the context`

/** Parameters of every command that connects to the worker as a client. */
export const WORKER_PARAMETERS = {
  url: optional(
    text('URL'),
    `the worker's publicUrl (https), with its path prefix if it has one${or('url')}`,
  ),
  key: optional(
    FILE,
    `the client's private key (PEM), or the Secret that client create wrote${or('key')}`,
  ),
  issuer: defaulted(NAME, 'default', 'issuer of the worker'),
  caFile: optional(
    FILE,
    `PEM of the roots to trust for the worker's TLS instead of the system's${or('caFile')}`,
  ),
  context: optional(
    NAME,
    `context with the settings that no flag gives, created by "context add"; when absent, ${WORKER_VARIABLES.context} or the current context`,
  ),
  json: toggle('print the whole response, or the error, as one JSON object'),
}

/** Opens a client like the relay's. Sends nothing yet. */
export async function connect(flags: WorkerFlags, io: Io): Promise<Result<SignerClient, Failure>> {
  return openWith(flags, createSignerClient, io)
}

/**
 * Resolves the worker, reads the key and the roots, and opens a client.
 *
 * @param open - Opens the client; its only possible error is an invalid URL.
 */
export async function openWith<T>(
  flags: WorkerFlags,
  open: (options: WorkerOptions) => Result<T, string>,
  io: Io,
): Promise<Result<T, Failure>> {
  const problems = checkEnvironment(process.env)
  if (problems.length > 0) return err({ exit: 'usage', message: problems.join('\n') })
  const worker = await resolveWorker(flags, io)
  if (!worker.ok) return worker
  const { url, key, caFile } = worker.value
  const privateKeyPem = await readClientKeyFile(key, io)
  if (!privateKeyPem.ok) return failed(privateKeyPem.error)
  const clientKey = readClientKey(privateKeyPem.value)
  if (!clientKey.ok) return failed(`the private key in "${key}" ${clientKey.error}`)
  const caBundlePem = caFile === undefined ? ok(undefined) : await readRoots(caFile, io)
  if (!caBundlePem.ok) return failed(caBundlePem.error)
  const opened = open({
    url,
    privateKeyPem: privateKeyPem.value,
    caBundlePem: caBundlePem.value,
  })
  return opened.ok ? opened : err({ exit: 'usage', message: `--url: ${opened.error}` })
}

const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })

/**
 * Reads the roots of a worker's TLS certificate. Node accepts a text without certificates silently, and then trusts
 * no root.
 *
 * @returns PEM, or an error message.
 */
export async function readRoots(path: string, io: Io): Promise<Result<string, string>> {
  const roots = await readText(path, io)
  if (!roots.ok) return roots
  return roots.value.includes('-----BEGIN CERTIFICATE-----')
    ? roots
    : err(`"${path}" contains no PEM certificate`)
}
