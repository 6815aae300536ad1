import {
  checkEnvironment,
  createSignerClient,
  readClientKey,
  type SignerClient,
  type WorkerOptions,
} from '@edge-issuer/relay/signer'
import { err, ok, type Result } from '@edge-issuer/shared'
import { readPrivateKeyPem } from '../client/secret-manifest.ts'
import type { Failure } from '../ending.ts'
import type { Io } from '../io.ts'
import { defaulted, optional, required, toggle, type Values } from '../parameters.ts'
import { readText } from '../read-input.ts'
import { FILE, NAME, text } from '../value-types.ts'

/** What every command that speaks to the worker as a client takes. */
export const WORKER_PARAMETERS = {
  url: required(text('URL'), "the worker's publicUrl, https, with its path prefix if it has one"),
  key: required(FILE, "the client's private key: PEM, or the Secret that client create wrote"),
  issuer: defaulted(NAME, 'default', 'issuer of the worker'),
  caFile: optional(FILE, "PEM of the roots to trust for the worker's TLS instead of the system's"),
  json: toggle('print the whole answer, or the refusal, as one JSON object'),
}

/** What is needed to reach the worker, as flags. */
export type WorkerFlags = Pick<Values<typeof WORKER_PARAMETERS>, 'url' | 'key' | 'caFile'>

/** Opens the client that the relay uses; nothing is sent yet. */
export async function connect(flags: WorkerFlags, io: Io): Promise<Result<SignerClient, Failure>> {
  return openWith(flags, createSignerClient, io)
}

/**
 * Reads the files that the flags name, and opens a connection with what they hold.
 *
 * @param open - Says what is wrong with the URL, which is all that is left to be wrong.
 */
export async function openWith<T>(
  { url, key, caFile }: WorkerFlags,
  open: (options: WorkerOptions) => Result<T, string>,
  io: Io,
): Promise<Result<T, Failure>> {
  const problems = checkEnvironment(process.env)
  if (problems.length > 0) return err({ ending: 'usage', message: problems.join('\n') })
  const keyFile = await readText(key, io)
  if (!keyFile.ok) return failed(keyFile.error)
  const privateKeyPem = readPrivateKeyPem(keyFile.value)
  if (!privateKeyPem.ok) return failed(`"${key}" ${privateKeyPem.error}`)
  const clientKey = readClientKey(privateKeyPem.value)
  if (!clientKey.ok) return failed(`the private key in "${key}" ${clientKey.error}`)
  const caBundlePem = caFile === undefined ? ok(undefined) : await readRoots(caFile, io)
  if (!caBundlePem.ok) return failed(caBundlePem.error)
  const opened = open({
    url,
    privateKeyPem: privateKeyPem.value,
    caBundlePem: caBundlePem.value,
  })
  return opened.ok ? opened : err({ ending: 'usage', message: `--url: ${opened.error}` })
}

const failed = (message: string): Result<never, Failure> => err({ ending: 'failed', message })

/** Node takes a text without certificates silently, and then trusts nothing. */
async function readRoots(path: string, io: Io): Promise<Result<string, string>> {
  const roots = await readText(path, io)
  if (!roots.ok) return roots
  return roots.value.includes('-----BEGIN CERTIFICATE-----')
    ? roots
    : err(`"${path}" holds no PEM certificate`)
}
