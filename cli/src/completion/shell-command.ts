/**
 * What a completion script knows of a command.
 *
 * @module
 */
import type { Command } from '../command-line/define-command.ts'
import type { CommandLine } from '../command-line/help.ts'
import { FILE_KEY, flagName, JSON_KEY, type Suggestions } from '../command-line/parameters.ts'

/** A flag. */
export interface ShellFlag {
  /** With dashes: `--file`, `-f`. */
  readonly names: readonly string[]
  readonly summary: string
  readonly isRepeatable: boolean
  /** Absent for a switch. */
  readonly value?: ShellValue
}

/** The value of a flag, or an operand. */
export interface ShellValue {
  /** Its name in the help. */
  readonly placeholder: string
  readonly suggestions: Suggestions
}

/** A command. */
export interface ShellCommand extends CommandLine {
  readonly flags: readonly ShellFlag[]
  readonly operands: readonly ShellValue[]
}

/** Flags of every command. */
const HELP: ShellFlag = { names: ['--help', '-h'], summary: 'print this help', isRepeatable: false }

/** @returns What the shells show of a command. */
export function describeCommand(line: CommandLine, { parameters }: Command): ShellCommand {
  const { path, summary } = line
  const flags: ShellFlag[] = []
  const operands: ShellValue[] = []
  for (const [key, parameter] of Object.entries(parameters)) {
    const value = {
      placeholder: parameter.placeholder,
      suggestions: parameter.suggestions ?? [],
    }
    if (parameter.kind === 'operand') operands.push(value)
    if (parameter.kind === 'operand' || parameter.kind === 'rest') continue
    flags.push({
      names: [`--${flagName(key)}`, ...(key === FILE_KEY ? ['-f'] : [])],
      summary: parameter.summary,
      isRepeatable: parameter.isRepeatable,
      ...(parameter.kind === 'flag' ? { value } : {}),
    })
    if (key === JSON_KEY && parameter.kind === 'switch') {
      const json = { placeholder: 'FORMAT', suggestions: ['json'] }
      flags.push({ names: ['-o'], summary: 'output format', isRepeatable: false, value: json })
    }
  }
  return { path, summary, flags: [...flags, HELP], operands }
}

/** First words of commands that have a second one, in order: `ca`. */
export const groupsOf = (commands: readonly CommandLine[]): readonly string[] => [
  ...new Set(commands.flatMap(({ path }) => (path.includes(' ') ? path.split(' ', 1) : []))),
]

/** What can be the first word, with a summary. */
export const firstWords = (
  commands: readonly CommandLine[],
): readonly { readonly word: string; readonly summary: string }[] => [
  ...groupsOf(commands).map((word) => ({ word, summary: secondWords(commands, word).join(', ') })),
  ...commands
    .filter(({ path }) => !path.includes(' '))
    .map(({ path, summary }) => ({ word: path, summary })),
  { word: 'help', summary: 'print help' },
]

const secondWords = (commands: readonly CommandLine[], group: string): readonly string[] =>
  subcommands(commands, group).map(({ word }) => word)

/** Second words after a first one, with their summaries. */
export const subcommands = (
  commands: readonly CommandLine[],
  group: string,
): readonly { readonly word: string; readonly summary: string }[] =>
  commands
    .filter(({ path }) => path.startsWith(`${group} `))
    .map(({ path, summary }) => ({ word: path.slice(group.length + 1), summary }))
