import { PROTOCOL_VERSION } from '@edge-issuer/shared/protocol'
import { didYouMean } from './command-line/did-you-mean.ts'
import { EXIT_CODES } from './command-line/exit-codes.ts'
import { commandListHelp } from './command-line/help.ts'
import { asksForHelp, isHelpFlag } from './command-line/parse-arguments.ts'
import { COMMANDS } from './registry.ts'
import type { Io } from './terminal/io.ts'
import { VERSION } from './version.ts'

/**
 * Runs one command line.
 *
 * @param args - The arguments after `edge-issuer`.
 * @returns The exit code, one of {@link EXIT_CODES}; `failed` for an unexpected error, which is printed with its
 *   stack trace.
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(args, io)
  } catch (error) {
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
    io.stderr(`edge-issuer: unexpected error, please report it: ${trace}\n`)
    return EXIT_CODES.failed.exitCode
  }
}

async function dispatch(args: readonly string[], io: Io): Promise<number> {
  const [first = ''] = args
  if (first === '--version' || first === '-v') {
    io.stdout(`edge-issuer ${VERSION} (protocol ${PROTOCOL_VERSION})\n`)
    return EXIT_CODES.done.exitCode
  }
  if (first === 'help' && args.length > 1) return dispatch([...args.slice(1), '--help'], io)
  const command = COMMANDS.find(({ path }) =>
    path.split(' ').every((word, index) => word === args[index]),
  )
  if (command !== undefined) {
    const words = command.path.split(' ').length
    return (await command.load()).run(command, args.slice(words), io)
  }
  const group = COMMANDS.some(({ path }) => path.startsWith(`${first} `)) ? first : ''
  return listCommands(args, group, io)
}

/** Prints the list of commands, or an error for an unknown command. */
function listCommands(args: readonly string[], group: string, io: Io): number {
  const commands = COMMANDS.filter(({ path }) => group === '' || path.startsWith(`${group} `))
  const help = commandListHelp(group, commands)
  const word = args.slice(group === '' ? 0 : 1).find((arg) => !isHelpFlag(arg))
  if (word === 'help' || (word === undefined && asksForHelp(args))) {
    io.stdout(help)
    return EXIT_CODES.done.exitCode
  }
  if (word === undefined) {
    io.stderr(help)
    return EXIT_CODES.usage.exitCode
  }
  const typed = group === '' ? word : `${group} ${word}`
  const paths = commands.map(({ path }) => path)
  const names = [...new Set(group === '' ? paths.map((path) => path.replace(/ .*/, '')) : paths)]
  const meant = didYouMean(typed, names)
  const hint =
    meant === undefined ? `the commands are: ${paths.join(', ')}` : `did you mean "${meant}"?`
  io.stderr(`edge-issuer: unknown command "${typed}"; ${hint}\n`)
  return EXIT_CODES.usage.exitCode
}
