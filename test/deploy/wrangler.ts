/**
 * wrangler without an account and without the network.
 *
 * @module
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type CommandResult, runCommand } from '@edge-issuer/testbed/processes/process'

/** @param home - Where wrangler keeps its logs; it has no account there. */
export const wranglerEnv = (home: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: home,
  WRANGLER_SEND_METRICS: 'false',
  // Without the banner it asks no registry for a newer version.
  WRANGLER_HIDE_BANNER: 'true',
  NO_COLOR: '1',
})

/** Runs wrangler in this repository. @param env - More variables. */
export async function runWrangler(
  args: readonly string[],
  home: string,
  env: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  const root = dirname(createRequire(import.meta.url).resolve('wrangler/package.json'))
  return runCommand({
    command: process.execPath,
    args: [join(root, 'bin', 'wrangler.js'), ...args],
    cwd: join(import.meta.dirname, '../..'),
    env: { ...wranglerEnv(home), ...env },
  })
}
