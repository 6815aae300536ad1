import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'

const ROOT = join(import.meta.dirname, '..', '..')
/** Where `npm run build:relay` leaves it. */
const BUNDLE = join(ROOT, 'relay', 'dist', 'relay.mjs')

/** Builds the relay's bundle as for deployment. @returns Its path. */
export async function bundleRelay(): Promise<string> {
  await mkdir(dirname(BUNDLE), { recursive: true })
  const draft = await mkdtemp(join(dirname(BUNDLE), 'draft-'))
  try {
    const file = join(draft, 'relay.mjs')
    const { code, stdout, stderr } = await runCommand({
      command: 'npm',
      args: ['run', '--silent', 'build:relay', '--', `--file=${file}`],
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    })
    if (code !== 0) throw new Error(`the relay could not be bundled:\n${stdout}${stderr}`)
    // Renamed when complete: another benchmark may be starting a relay from it.
    await rename(file, BUNDLE)
    return BUNDLE
  } finally {
    await rm(draft, { recursive: true })
  }
}
