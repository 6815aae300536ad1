/**
 * A subcommand: its flags as one table, from which both parsing and help are made.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { err, ok, type Result } from '@edge-issuer/shared'

/** A flag with a number. */
export interface NumberFlag {
  readonly summary: string
  readonly fallback: number
  readonly min: number
  readonly max: number
  /** Whether only whole numbers will do. */
  readonly isWhole: boolean
}

/** A flag without a value. */
export interface SwitchFlag {
  readonly summary: string
}

/** A flag with a text: a path. */
export interface TextFlag {
  readonly summary: string
  /** Name of the value in the help: `DIR`. */
  readonly value: string
  readonly fallback: string
}

/** What a subcommand reads from its command line. */
export interface Flags {
  readonly numbers: Readonly<Record<string, number>>
  readonly texts: Readonly<Record<string, string>>
  readonly switches: Readonly<Record<string, boolean>>
}

/** A subcommand of `npm run bench`. */
export interface BenchCommand {
  readonly summary: string
  readonly description: string
  readonly numbers: Readonly<Record<string, NumberFlag>>
  readonly texts?: Readonly<Record<string, TextFlag>>
  readonly switches: Readonly<Record<string, SwitchFlag>>
  /** Measures. `report` takes text for people, one line a call. */
  readonly run: (flags: Flags, report: (line: string) => void) => Promise<BenchResult>
}

/** What was measured: for programs, and for people. */
export interface BenchResult {
  readonly json: object
  readonly lines: readonly string[]
  /** True when the result misses what is required: the exit code is 1, although there is a result. */
  readonly isFailure?: boolean
}

/** Every subcommand has these. */
const COMMON_SWITCHES: Readonly<Record<string, SwitchFlag>> = {
  json: { summary: 'print one line of JSON, and nothing else, to standard output' },
  help: { summary: 'print this' },
}

/** @returns The flags, or what is wrong with the command line. */
export function parseFlags(command: BenchCommand, args: readonly string[]): Result<Flags, string> {
  const given = readWords(command, args)
  if (!given.ok) return given
  const numbers: Record<string, number> = {}
  for (const [name, flag] of Object.entries(command.numbers)) {
    const number = readNumber(name, flag, given.value[name])
    if (!number.ok) return number
    numbers[name] = number.value
  }
  const texts: Record<string, string> = {}
  for (const [name, { fallback }] of Object.entries(command.texts ?? {})) {
    const text = given.value[name] ?? fallback
    if (typeof text !== 'string' || text === '') return err(`--${name} must not be empty`)
    texts[name] = text
  }
  const names = Object.keys({ ...command.switches, ...COMMON_SWITCHES })
  const switches = Object.fromEntries(names.map((name) => [name, given.value[name] === true]))
  return ok({ numbers, texts, switches })
}

type Words = Readonly<Record<string, string | boolean | undefined>>

function readWords(command: BenchCommand, args: readonly string[]): Result<Words, string> {
  const options = {
    ...withType({ ...command.numbers, ...command.texts }, 'string'),
    ...withType({ ...command.switches, ...COMMON_SWITCHES }, 'boolean'),
  }
  try {
    return ok(parseArgs({ args: [...args], options, strict: true }).values)
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error))
  }
}

const withType = <T extends 'string' | 'boolean'>(
  table: Readonly<Record<string, object>>,
  type: T,
): Record<string, { readonly type: T }> =>
  Object.fromEntries(Object.keys(table).map((name) => [name, { type }]))

function readNumber(
  name: string,
  { fallback, min, max, isWhole }: NumberFlag,
  text: string | boolean | undefined,
): Result<number, string> {
  if (text === undefined) return ok(fallback)
  const value = text === '' ? Number.NaN : Number(text)
  if (value >= min && value <= max && (!isWhole || Number.isInteger(value))) return ok(value)
  const what = isWhole ? 'a whole number' : 'a number'
  return err(`--${name} must be ${what} from ${String(min)} to ${String(max)}`)
}

/** Help of one subcommand. */
export function commandHelp(name: string, command: BenchCommand): string {
  const rows = [
    ...Object.entries(command.numbers).map(
      ([flag, { summary, fallback }]) =>
        [`--${flag} N`, `${summary} (default: ${String(fallback)})`] as const,
    ),
    ...Object.entries(command.texts ?? {}).map(
      ([flag, { summary, value, fallback }]) =>
        [`--${flag} ${value}`, `${summary} (default: ${fallback})`] as const,
    ),
    ...Object.entries({ ...command.switches, ...COMMON_SWITCHES }).map(
      ([flag, { summary }]) => [`--${flag}`, summary] as const,
    ),
  ]
  const flags = rows.map(([flag, summary]) => `  ${flag.padEnd(14)}${summary}`).join('\n')
  return `Usage: npm run bench -- ${name} [flags]\n\n${command.description}\n\nFlags:\n${flags}\n`
}
