/** Commands of `edge-issuer`, from the texts of `--help`. */
import { Readable } from 'node:stream'
import { EXIT_CODES } from '../../cli/src/command-line/exit-codes.ts'
import { COMMANDS } from '../../cli/src/registry.ts'
import { run } from '../../cli/src/run.ts'
import type { Io } from '../../cli/src/terminal/io.ts'
import { code, table } from './tables.ts'

/** @returns A table of all commands. */
export const commandTable = (): string =>
  table(
    ['command', 'what it does'],
    COMMANDS.map(({ path, summary }) => [code(`edge-issuer ${path}`), summary]),
  )

/** @returns A table of all exit codes. */
export const exitCodeTable = (): string =>
  table(
    ['code', 'meaning'],
    Object.values(EXIT_CODES).map(({ exitCode, meaning }) => [code(String(exitCode)), meaning]),
  )

/** @returns A section with the whole help of each command. */
export async function commandSections(): Promise<string> {
  const sections = await Promise.all(
    COMMANDS.map(
      async ({ path }) => `### ${path}\n\n\`\`\`text\n${(await helpOf(path)).trimEnd()}\n\`\`\`\n`,
    ),
  )
  return sections.join('\n')
}

async function helpOf(path: string): Promise<string> {
  let help = ''
  const io: Io = {
    stdout: (text) => {
      help += text
    },
    stderr: (text) => {
      throw new Error(`help ${path}: ${text}`)
    },
    writeBytes: async () => Promise.resolve(),
    stdin: Readable.from([]),
    showsProgress: false,
    isOutputRead: () => true,
    isTerminal: false,
    askSecret: async () => Promise.resolve(undefined),
    env: {},
    cwd: '/',
    username: '',
    nowMs: () => 0,
  }
  await run(['help', ...path.split(' ')], io)
  return help
}
