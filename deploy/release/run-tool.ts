import { fileURLToPath } from 'node:url'
import { runCommand } from '@edge-issuer/testbed/processes/process'

/** The checkout. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Runs a program in the checkout.
 *
 * @returns Its standard output.
 * @throws Error with its standard error.
 */
export async function runTool([command, ...args]: readonly [string, ...string[]]): Promise<string> {
  const { code, stdout, stderr } = await runCommand({
    command,
    args,
    env: process.env,
    cwd: ROOT,
  })
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  return stdout
}
