import type { Argv, Command, Step } from './steps.ts'

/** Runs commands and prints progress. */
export interface Runner {
  /** Runs a command on this terminal. @returns Its exit code. */
  readonly run: (argv: Argv) => Promise<number>
  /** Runs a command that must succeed. @returns What it printed. */
  readonly read: (argv: Argv) => Promise<string>
  /** Prints a line. */
  readonly say: (line: string) => void
}

/** Formats a command for a shell. */
export const typed = (argv: Argv): string =>
  argv.map((word) => (/^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word}'`)).join(' ')

/**
 * Runs the commands of steps in order until one fails.
 *
 * @returns The exit code of the failed command, or 0.
 */
export async function runSteps(steps: readonly Step[], runner: Runner): Promise<number> {
  for (const command of steps.flatMap(({ commands }): readonly Command[] => commands)) {
    if (await isDone(command, runner)) continue
    runner.say(`+ ${typed(command.argv)}`)
    const code = await runner.run(command.argv)
    if (code !== 0) return code
  }
  return 0
}

async function isDone({ argv, unless }: Command, { read, say }: Runner): Promise<boolean> {
  if (unless === undefined) return false
  const isThere = (await read(unless.argv)).split('\n').includes(unless.line)
  if (isThere) say(`= ${typed(argv)}: "${unless.line}" already exists`)
  return isThere
}
