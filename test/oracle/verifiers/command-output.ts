import { runCommand } from '@edge-issuer/testbed/processes/process'

/** What a command writes; `undefined` when it cannot be run or fails. */
export async function commandOutput(
  command: string,
  args: readonly string[],
): Promise<string | undefined> {
  try {
    const { code, stdout, stderr } = await runCommand({ command, args, env: process.env })
    return code === 0 ? `${stdout}${stderr}`.trim() : undefined
  } catch {
    return undefined
  }
}
