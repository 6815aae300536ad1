/**
 * A Python with the package cryptography: the one in PATH if it has it, or a virtual environment in the
 * user's cache.
 *
 * @module
 */
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileExists } from '@edge-issuer/testbed/files/file-exists'
import { waitForLock } from '@edge-issuer/testbed/files/file-lock'
import { cacheFolder } from '@edge-issuer/testbed/go-build/cached-build'
import type { Report } from '@edge-issuer/testbed/go-build/progress'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { requireCommand, tryCommand } from './on-path.ts'

const PACKAGE = 'cryptography==48.0.0'
const ENTRY = 'cryptography-48.0.0'
const IMPORT = ['-c', 'import cryptography.x509'] as const

/** @returns Path of the interpreter. @throws Error with what pip printed, or that there is no Python */
export async function findOrMakePython(report: Report): Promise<string> {
  await requireCommand('python3', ['--version'], 'Python')
  if ((await tryCommand('python3', IMPORT))?.code === 0) return 'python3'
  const cache = cacheFolder('field-csr-python', process.env)
  const entry = join(cache, ENTRY)
  const python = join(entry, 'bin', 'python3')
  if (await fileExists(entry)) return python
  await mkdir(cache, { recursive: true })
  const lock = await waitForLock(join(cache, 'fetch.lock'), (pid) => {
    report(`process ${pid} is fetching ${PACKAGE}; waiting for it`)
  })
  try {
    if (await fileExists(entry)) return python
    report(`fetching ${PACKAGE} from PyPI into a virtual environment`)
    const draft = join(cache, '.draft')
    await rm(draft, { recursive: true, force: true })
    await run('python3', ['-m', 'venv', draft])
    const pip = [
      '-m',
      'pip',
      'install',
      '--timeout',
      '20',
      '--retries',
      '1',
      '--only-binary',
      ':all:',
    ]
    await run(join(draft, 'bin', 'python3'), [...pip, PACKAGE])
    await run(join(draft, 'bin', 'python3'), IMPORT)
    // The interpreter finds its packages by its own path: only pip's scripts name the old one.
    await rename(draft, entry)
  } finally {
    await lock.release()
  }
  return python
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await runCommand({ command, args, env: process.env })
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stderr.trimEnd()}`)
}
