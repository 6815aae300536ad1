/**
 * `npm run bench -- <what>`: measures the worker and the relay on this machine. Exit code 2 for a command line that
 * is wrong, 1 for a measurement that failed or whose result misses what is required.
 *
 * @module
 */
import { type BenchCommand, commandHelp, parseFlags } from './command.ts'

/** Loaded when it is run: each needs other tools. */
const COMMANDS: Readonly<Record<string, () => Promise<BenchCommand>>> = {
  worker: async () => (await import('./worker/command.ts')).worker,
  http: async () => (await import('./http/command.ts')).http,
  size: async () => (await import('./size/command.ts')).size,
  serve: async () => (await import('./serve/command.ts')).serve,
  memory: async () => (await import('./memory/command.ts')).memory,
  burst: async () => (await import('./burst/command.ts')).burst,
  fairness: async () => (await import('./fairness/command.ts')).fairness,
  fleet: async () => (await import('./fleet/command.ts')).fleet,
  'field-csrs': async () => (await import('./field-csrs/command.ts')).fieldCsrs,
}

process.exitCode = await main(process.argv.slice(2))

async function main([name = '--help', ...args]: readonly string[]): Promise<number> {
  if (name === '--help' || name === '-h') {
    process.stdout.write(await listHelp())
    return 0
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (load === undefined) {
    const known = Object.keys(COMMANDS).join(', ')
    process.stderr.write(
      `bench: there is no benchmark ${JSON.stringify(name)}; there are: ${known}\n`,
    )
    return 2
  }
  return runCommand(name, await load(), args)
}

async function runCommand(
  name: string,
  command: BenchCommand,
  args: readonly string[],
): Promise<number> {
  const flags = parseFlags(command, args)
  if (!flags.ok) {
    process.stderr.write(`bench ${name}: ${flags.error}\n`)
    return 2
  }
  const { help = false, json = false } = flags.value.switches
  if (help) {
    process.stdout.write(commandHelp(name, command))
    return 0
  }
  const report = (line: string): void => {
    if (!json) process.stderr.write(`${line}\n`)
  }
  try {
    const result = await command.run(flags.value, report)
    const text = json ? JSON.stringify(result.json) : result.lines.join('\n')
    process.stdout.write(`${text}\n`)
    return result.isFailure === true ? 1 : 0
  } catch (error) {
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(`bench ${name}: ${trace}\n`)
    return 1
  }
}

async function listHelp(): Promise<string> {
  const rows = await Promise.all(
    Object.entries(COMMANDS).map(async ([name, load]) => {
      const { summary } = await load()
      return `  ${name.padEnd(12)}${summary}\n`
    }),
  )
  return `Usage: npm run bench -- <benchmark> [flags]\n\n${rows.join('')}\nEach takes --help.\n`
}
