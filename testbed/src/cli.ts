/**
 * The edge-issuer command, run in this process.
 *
 * @module
 */
import { Readable } from 'node:stream'
import { run } from '@edge-issuer/cli/run'

/** What a command printed, and its exit code. */
export interface CliResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Where and when a command runs. */
export interface CliScene {
  readonly cwd: string
  /** The command's clock; the machine's when absent. */
  readonly nowMs?: () => number
}

/** Runs `edge-issuer` with `args`, without standard input. */
export async function runCli(
  args: readonly string[],
  { cwd, nowMs = Date.now }: CliScene,
): Promise<CliResult> {
  let stdout = ''
  let stderr = ''
  const code = await run([...args], {
    stdout: (text) => {
      stdout += text
    },
    stderr: (text) => {
      stderr += text
    },
    writeBytes: async (bytes) => {
      stdout += Buffer.from(bytes).toString('latin1')
      return Promise.resolve()
    },
    stdin: Readable.from([]),
    showsProgress: false,
    isOutputRead: () => true,
    isTerminal: false,
    askSecret: async () => Promise.resolve(undefined),
    env: { HOME: cwd },
    cwd,
    username: 'test',
    nowMs,
  })
  return { code, stdout, stderr }
}

/**
 * Runs a command that must succeed.
 *
 * @throws Error with what it printed when it does not.
 */
export async function mustRunCli(args: readonly string[], scene: CliScene): Promise<CliResult> {
  const result = await runCli(args, scene)
  if (result.code === 0) return result
  throw new Error(
    `edge-issuer ${args.join(' ')} ended with ${String(result.code)}: ${result.stderr}`,
  )
}
