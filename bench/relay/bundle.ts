import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'

const ROOT = join(import.meta.dirname, '..', '..')
/** Where `npm run build:relay` leaves it. */
const BUNDLE = join(ROOT, 'relay', 'dist', 'relay.mjs')

/** Builds the relay's bundle as for deployment. @returns Its path. */
export async function bundleRelay(): Promise<string> {
  await rm(BUNDLE, { force: true })
  const { code, stdout, stderr } = await runCommand({
    command: 'npm',
    args: ['run', '--silent', 'build:relay'],
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
  })
  if (code !== 0) throw new Error(`the relay could not be bundled:\n${stdout}${stderr}`)
  return BUNDLE
}
