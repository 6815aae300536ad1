import { EXIT_CODES, type Exit } from './exit-codes.ts'
import { FILE_KEY, flagName, JSON_KEY, type Parameter, type ParameterTable } from './parameters.ts'

/** Maximum length of a line of help, in characters. */
const LINE_CHARACTERS = 100

/** A command in the list of commands. */
export interface CommandLine {
  /** The command without `edge-issuer`, such as `ca init`. */
  readonly path: string
  /** One line, without a full stop. */
  readonly summary: string
}

/** Help of a command, except for its line in the list. */
export interface CommandDescription {
  /** What the command does, and which files it writes. */
  readonly description: string
  readonly parameters: ParameterTable
  readonly examples: readonly string[]
  /** Exit codes that the command can return. */
  readonly exits: readonly Exit[]
}

/** Help of one command: every parameter, its default, examples and exit codes. */
export function commandHelp(line: CommandLine, command: CommandDescription): string {
  const { path, summary } = line
  const { description, parameters, examples, exits } = command
  const entries = Object.entries(parameters)
  const operands = entries.filter(([, { kind }]) => kind === 'operand')
  const flags = entries.filter(([, { kind }]) => kind === 'flag' || kind === 'switch')
  const rest = entries.filter(([, { kind }]) => kind === 'rest')
  const usage = [
    `edge-issuer ${path}`,
    ...operands.map(([, { placeholder, isRequired }]) =>
      isRequired ? placeholder : `[${placeholder}]`,
    ),
    ...flags.filter(([, flag]) => flag.isRequired).map(([key, flag]) => longSyntax(key, flag)),
    '[flags]',
    ...rest.map(([, { placeholder }]) => `[${placeholder}]`),
  ].join(' ')
  return [
    `edge-issuer ${path}: ${summary}`,
    `Usage: ${usage}`,
    description.trim(),
    section(
      'Operands',
      [...operands, ...rest].map(([, operand]) => [operand.placeholder, flagSummary(operand)]),
    ),
    section('Flags', [
      ...flags.map(([key, flag]) => [flagSyntax(key, flag), flagSummary(flag)] as const),
      ['--help, -h', 'print this help'],
    ]),
    section(
      'Exit codes',
      exits.map((exit) => [String(EXIT_CODES[exit].exitCode), EXIT_CODES[exit].meaning]),
    ),
    `Examples:\n${examples.map((example) => `  ${example}`).join('\n')}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n')
}

/** Help of the whole program or of one group of commands. */
export function commandListHelp(group: string, commands: readonly CommandLine[]): string {
  const name = group === '' ? 'edge-issuer' : `edge-issuer ${group}`
  const about =
    group === ''
      ? 'edge-issuer: a cert-manager external issuer whose CA lives outside the cluster\n\n'
      : ''
  const rows = commands.map(({ path, summary }) => [path, summary] as const)
  const version =
    group === '' ? '\n\nRun "edge-issuer --version" or "edge-issuer -v" for the version.' : ''
  return `${about}Usage: ${name} <command> [flags]\n\n${section('Commands', rows)}\n\nRun "edge-issuer help <command>" for help on one command.${version}\n`
}

const longSyntax = (key: string, { placeholder }: Parameter<unknown>): string =>
  `--${flagName(key)}${placeholder === '' ? '' : ` ${placeholder}`}`

const flagSyntax = (key: string, flag: Parameter<unknown>): string =>
  [
    longSyntax(key, flag),
    ...(key === JSON_KEY ? ['-o json'] : []),
    ...(key === FILE_KEY ? [`-f ${flag.placeholder}`] : []),
  ].join(', ')

function flagSummary({
  kind,
  summary,
  isRequired,
  isRepeatable,
  fallback,
}: Parameter<unknown>): string {
  const facts = [
    ...(isRequired && kind !== 'operand' ? ['required'] : []),
    ...(isRepeatable && kind !== 'rest' ? ['repeatable'] : []),
    ...(fallback === undefined ? [] : [`default: ${fallback}`]),
  ]
  return facts.length === 0 ? summary : `${summary} (${facts.join('; ')})`
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return ''
  const column = Math.max(...rows.map(([left]) => left.length)) + 4
  const lines = rows.flatMap(([left, right]) => {
    const [first = '', ...more] = wrap(right, LINE_CHARACTERS - column)
    return [
      `  ${left.padEnd(column - 2)}${first}`,
      ...more.map((line) => ' '.repeat(column) + line),
    ]
  })
  return `${title}:\n${lines.join('\n')}`
}

function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
