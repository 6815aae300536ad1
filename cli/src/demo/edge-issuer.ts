import { runCommand } from '../processes/process.ts'
import type { DemoHost } from './host.ts'

/** Runs `edge-issuer` with arguments and prints nothing. */
export type EdgeIssuer = (args: readonly string[]) => Promise<string>

/**
 * @param cwd - Working directory of each command.
 * @returns A function that runs `edge-issuer`, gives its standard output, and throws its standard error.
 */
export const edgeIssuerIn =
  ({ program: [command, ...first] }: Pick<DemoHost, 'program'>, cwd: string): EdgeIssuer =>
  async (args) => {
    const { code, stdout, stderr } = await runCommand({
      command,
      args: [...first, ...args],
      cwd,
      // No contexts and no keys of the user.
      env: { PATH: process.env['PATH'], HOME: cwd },
    })
    if (code === 0) return stdout
    throw new Error(`edge-issuer ${args.join(' ')} exited with code ${String(code)}:\n${stderr}`)
  }
