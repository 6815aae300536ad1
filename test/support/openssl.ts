/**
 * The openssl command as a judge of certificates. Node only.
 * @module
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Far above what any command here takes. */
const TIMEOUT_MS = 30_000

/**
 * Runs openssl among files of its own, which are gone afterwards.
 *
 * @param files - Name and contents.
 * @returns What it wrote to standard output; octets as latin-1.
 * @throws With what it wrote to standard error, when it fails.
 */
export async function openssl(
  command: readonly string[],
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'edge-issuer-openssl-'))
  try {
    for (const [file, contents] of Object.entries(files)) {
      await writeFile(path.join(folder, file), contents)
    }
    const { stdout } = await run('openssl', [...command], {
      cwd: folder,
      encoding: 'latin1',
      timeout: TIMEOUT_MS,
    })
    return stdout
  } finally {
    await rm(folder, { recursive: true })
  }
}
