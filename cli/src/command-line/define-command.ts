import type { Result } from '@edge-issuer/shared'
import type { Io } from '../terminal/io.ts'
import { printableLines } from '../terminal/printable.ts'
import { EXIT_CODES, type Failure } from './exit-codes.ts'
import { commandHelp, type CommandDescription, type CommandLine } from './help.ts'
import type { ParameterTable, Values } from './parameters.ts'
import { asksForHelp, parseArguments } from './parse-arguments.ts'

/** The declaration of one command. */
export interface CommandSpec<P extends ParameterTable> extends CommandDescription {
  readonly parameters: P
  /** Returns expected failures; a thrown error is a bug. */
  readonly run: (values: Values<P>, io: Io) => Promise<Result<void, Failure>>
}

/** A command that can run: it parses its arguments, prints its error and returns the exit code. */
export interface Command {
  readonly parameters: ParameterTable
  readonly run: (line: CommandLine, args: readonly string[], io: Io) => Promise<number>
}

/** Adds argument parsing, help and error output to a command. */
export function defineCommand<P extends ParameterTable>(spec: CommandSpec<P>): Command {
  return {
    parameters: spec.parameters,
    run: async (line, args, io) => {
      const name = `edge-issuer ${line.path}`
      if (asksForHelp(args)) {
        io.stdout(commandHelp(line, spec))
        return EXIT_CODES.done.exitCode
      }
      const values = parseArguments(spec.parameters, args)
      if (!values.ok) {
        const errors = values.error.map((error) => `${name}: ${error}\n`).join('')
        io.stderr(`${printableLines(errors)}Run "${name} --help" for usage.\n`)
        return EXIT_CODES.usage.exitCode
      }
      const result = await spec.run(values.value, io)
      if (result.ok) return EXIT_CODES.done.exitCode
      io.stderr(`${name}: ${printableLines(result.error.message)}\n`)
      return EXIT_CODES[result.error.exit].exitCode
    },
  }
}
