/**
 * Worker secrets in a folder: one file for each, named like it. A mounted Secret of Kubernetes is such a folder.
 *
 * @module
 */
import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { readText } from '../files/read-input.ts'
import { systemReason } from '../files/system-reason.ts'
import type { Io } from '../terminal/io.ts'

/** What Cloudflare allows for one secret, and below what Linux allows for one environment variable. */
const MAX_SECRET_BYTES = 65_536
/** All of them, below what Linux allows for the environment of a process. */
const MAX_ALL_BYTES = 1_048_576

const SECRET_NAME = /^[A-Z][A-Z0-9_]*$/

/** Whether a file with the name is a secret. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name)

/** Bindings that are no secrets. */
const RESERVED = new Set([
  'ARCHIVE',
  'DIRECTORY',
  'GENESIS',
  'INDEX',
  'LEDGER',
  'RESTORED_AT',
  'SIGNER_CONFIG',
])

/** Secrets by name, and files that are none. */
export interface SecretsFolder {
  readonly secrets: ReadonlyMap<string, string>
  readonly ignored: readonly string[]
}

/**
 * Reads every secret of a folder. Files whose names begin with a dot are skipped; whitespace at the end of a
 * secret is not part of it, as for `wrangler secret put`.
 */
export async function readSecretsFolder(
  folder: string,
  io: Io,
): Promise<Result<SecretsFolder, string>> {
  const names = await listFiles(folder, io)
  if (!names.ok) return names
  const secrets = new Map<string, string>()
  for (const name of names.value.filter(isSecretName)) {
    const secret = await readSecret(folder, name, io)
    if (!secret.ok) return secret
    secrets.set(name, secret.value)
  }
  const bytes = Array.from(secrets.values(), (text) => Buffer.byteLength(text))
  return bytes.reduce((sum, count) => sum + count, 0) > MAX_ALL_BYTES
    ? err(
        `the secrets in "${folder}" exceed the maximum of ${String(MAX_ALL_BYTES)} bytes together`,
      )
    : ok({ secrets, ignored: names.value.filter((name) => !isSecretName(name)) })
}

async function listFiles(folder: string, io: Io): Promise<Result<readonly string[], string>> {
  try {
    const names = (await readdir(resolve(io.cwd, folder))).filter((name) => !name.startsWith('.'))
    // What cannot be checked, such as a link to a file that is missing, is an error when it is read.
    const isFile = async (name: string): Promise<boolean> =>
      stat(join(resolve(io.cwd, folder), name)).then(
        (status) => status.isFile(),
        () => true,
      )
    const files = await Promise.all(names.map(async (name) => ((await isFile(name)) ? [name] : [])))
    return ok(files.flat().toSorted())
  } catch (error) {
    return err(`cannot read the folder of secrets "${folder}": ${systemReason(error)}`)
  }
}

async function readSecret(folder: string, name: string, io: Io): Promise<Result<string, string>> {
  const path = join(folder, name)
  if (RESERVED.has(name)) return err(`"${path}": ${name} is not the name of a secret`)
  const content = await readText(path, io, MAX_SECRET_BYTES)
  if (!content.ok) return content
  const secret = content.value.trimEnd()
  if (secret === '') return err(`"${path}" is empty; expected the secret ${name}`)
  return secret.includes('\0')
    ? err(`"${path}" has a NUL character; expected the text of the secret ${name}`)
    : ok(secret)
}
