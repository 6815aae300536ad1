import type { CommandResult } from '@edge-issuer/testbed/processes/process'
import { runIfFound } from '@edge-issuer/testbed/processes/run-if-found'

/** Runs a program of the PATH. @returns `undefined` where there is none of that name */
export async function tryCommand(
  command: string,
  args: readonly string[],
): Promise<CommandResult | undefined> {
  return runIfFound({ command, args, env: process.env })
}

/** @throws Error that says what to install when the program is not in PATH */
export async function requireCommand(
  command: string,
  args: readonly string[],
  what: string,
): Promise<string> {
  const result = await tryCommand(command, args)
  if (result?.code === 0) return command
  throw new Error(`There is no working \`${command}\` in PATH; it comes with ${what}`)
}
