import type { Result } from '@edge-issuer/shared'
import { ENDINGS, type Failure } from './ending.ts'
import { commandHelp, type CommandDescription, type CommandLine } from './help.ts'
import type { Io } from './io.ts'
import type { ParameterTable, Values } from './parameters.ts'
import { asksForHelp, parseArguments } from './parse-arguments.ts'
import { printableLines } from './printable.ts'

/** One command, as its file declares it. */
export interface CommandSpec<P extends ParameterTable> extends CommandDescription {
  readonly parameters: P
  /** Expected failures are values; a throw is a bug. */
  readonly run: (values: Values<P>, io: Io) => Promise<Result<void, Failure>>
}

/** A command ready to run: reads its arguments, says what failed, and gives the exit code. */
export interface Command {
  readonly run: (line: CommandLine, args: readonly string[], io: Io) => Promise<number>
}

/** Joins a command with the reading of its arguments and its help. */
export function defineCommand<P extends ParameterTable>(spec: CommandSpec<P>): Command {
  return {
    run: async (line, args, io) => {
      const name = `edge-issuer ${line.path}`
      if (asksForHelp(args)) {
        io.stdout(commandHelp(line, spec))
        return ENDINGS.done.exitCode
      }
      const values = parseArguments(spec.parameters, args)
      if (!values.ok) {
        const faults = values.error.map((fault) => `${name}: ${fault}\n`).join('')
        io.stderr(`${printableLines(faults)}Run "${name} --help" for what it takes.\n`)
        return ENDINGS.usage.exitCode
      }
      const result = await spec.run(values.value, io)
      if (result.ok) return ENDINGS.done.exitCode
      io.stderr(`${name}: ${printableLines(result.error.message)}\n`)
      return ENDINGS[result.error.ending].exitCode
    },
  }
}
