/**
 * The openssl command, which verifies certificates. Node only.
 * @module
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Far above what any command here takes, thousands of certificates on a busy machine included. */
const TIMEOUT_MS = 240_000

/** Exit code and output of a command: octets as latin-1. */
export interface OpensslResult {
  readonly isOk: boolean
  readonly stdout: string
  readonly stderr: string
}

/** Files by name, in the folder where the command runs. */
type Files = Readonly<Record<string, string | Uint8Array>>

/**
 * Runs openssl among files of its own, which are gone afterwards.
 *
 * @returns What it wrote to standard output; octets as latin-1.
 * @throws With what it wrote to standard error, when it fails.
 */
export async function openssl(command: readonly string[], files: Files = {}): Promise<string> {
  const { isOk, stdout, stderr } = await tryOpenssl(command, files)
  if (!isOk) throw new Error(`openssl ${command.join(' ')} failed:\n${stderr}`)
  return stdout
}

/** The same, where failing is an answer too. */
export async function tryOpenssl(
  command: readonly string[],
  files: Files = {},
): Promise<OpensslResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'edge-issuer-openssl-'))
  try {
    for (const [file, contents] of Object.entries(files)) {
      await writeFile(path.join(folder, file), contents)
    }
    return await run(command, folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function run(command: readonly string[], cwd: string): Promise<OpensslResult> {
  const { promise, resolve, reject } = Promise.withResolvers<OpensslResult>()
  const options = { cwd, encoding: 'latin1', timeout: TIMEOUT_MS, maxBuffer: Infinity } as const
  execFile('openssl', [...command], options, (error, stdout, stderr) => {
    // Without an exit code it did not run, or not to its end.
    if (error !== null && typeof error.code !== 'number') reject(error)
    else resolve({ isOk: error === null, stdout, stderr })
  })
  return promise
}
