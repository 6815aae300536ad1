/**
 * The installed Go, as a tool to run.
 * @module
 */
import { hasErrorCode } from '../files/error-code.ts'
import { type CommandResult, runCommand } from '../processes/process.ts'
import type { GoToolchain } from './build-key.ts'

/** The folder of a Go module, the environment to run Go in, and what breaks a run off. */
export interface GoPlace {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  readonly signal?: AbortSignal | undefined
}

/** The installed Go tool (the one that go.mod asks for, if Go fetches toolchains by itself), or undefined. */
export async function findGo(place: GoPlace): Promise<GoToolchain | undefined> {
  try {
    const { stdout } = await runGo(place, ['env', 'GOVERSION', 'GOOS', 'GOARCH'])
    const [version = '', os = '', architecture = ''] = stdout.trim().split('\n')
    return { version, os, architecture }
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/**
 * Runs Go; `onLine` is given each whole line of standard error.
 * @throws Error with the end of Go's output when it fails
 */
export async function runGo(
  { folder, env, signal }: GoPlace,
  args: readonly string[],
  onLine?: (line: string) => void,
): Promise<CommandResult> {
  let rest = ''
  const result = await runCommand({
    command: 'go',
    args,
    cwd: folder,
    signal,
    env: { ...env, CGO_ENABLED: '0', GOWORK: 'off' },
    onStderr: (text) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine?.(line)
    },
  })
  if (result.code === 0) return result
  const end = result.stderr.trimEnd().split('\n').slice(-20).join('\n')
  throw new Error(`go ${args[0] ?? ''} failed with exit code ${result.code}:\n${end}`)
}
