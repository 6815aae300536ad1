import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import { run } from '../../../cli/src/run.ts'
import type { Io } from '../../../cli/src/terminal/io.ts'

/** What a command line came to. */
export interface Outcome {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** What varies between runs. */
export interface Surroundings {
  readonly cwd: string
  readonly stdin?: Uint8Array
  readonly nowMs?: number
  readonly showsProgress?: boolean
  readonly isOutputRead?: () => boolean
  readonly isTerminal?: boolean
  /** What a person types when asked for a secret; without it there is no terminal. */
  readonly secrets?: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** An `Io` that keeps what is printed. */
export function recordedIo({
  cwd,
  stdin,
  nowMs,
  showsProgress = false,
  isOutputRead = () => true,
  isTerminal = false,
  secrets,
  env,
}: Surroundings): {
  readonly io: Io
  readonly printed: () => Omit<Outcome, 'exitCode'>
} {
  let stdout = ''
  let stderr = ''
  const answers = [...(secrets ?? [])]
  const io: Io = {
    stdout: (text) => {
      stdout += text
    },
    stderr: (text) => {
      stderr += text
    },
    // One character for each byte, to be read as Latin-1.
    writeBytes: async (bytes) => {
      stdout += Buffer.from(bytes).toString('latin1')
      return Promise.resolve()
    },
    stdin: (async function* chunks() {
      await Promise.resolve()
      if (stdin !== undefined) yield stdin
    })(),
    showsProgress,
    isOutputRead,
    isTerminal,
    askSecret: async (question) => {
      if (secrets === undefined) return Promise.resolve(undefined)
      stderr += `${question}\n`
      return Promise.resolve(answers.shift())
    },
    // Nothing of the person who runs the tests.
    env: { HOME: cwd, ...env },
    cwd,
    username: 'alice',
    nowMs: () => nowMs ?? Date.now(),
  }
  return { io, printed: () => ({ stdout, stderr }) }
}

/** Runs one command line in this process; a text is split at its spaces. */
export async function runCli(
  args: string | readonly string[],
  surroundings: Surroundings,
): Promise<Outcome> {
  const { io, printed } = recordedIo(surroundings)
  const exitCode = await run(typeof args === 'string' ? args.split(/\s+/) : args, io)
  return { exitCode, ...printed() }
}

/** A new folder that goes with the test. */
export async function temporaryFolder({
  onTestFinished,
}: Pick<TestContext, 'onTestFinished'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-issuer-cli-'))
  onTestFinished(async () => rm(folder, { recursive: true, force: true }))
  return folder
}
