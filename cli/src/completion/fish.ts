/**
 * The completion script for fish.
 *
 * @module
 */
import {
  firstWords,
  groupsOf,
  type ShellCommand,
  type ShellFlag,
  type ShellValue,
  subcommands,
} from './shell-command.ts'

/** @returns The script. */
export function fishCompletion(commands: readonly ShellCommand[]): string {
  const groups = groupsOf(commands)
  const lines = [
    ...firstWords(commands).map((entry) => wordLine('', entry)),
    ...firstWords(commands)
      .filter(({ word }) => word !== 'help')
      .map((entry) => wordLine('help', entry)),
    ...groups.flatMap((group) =>
      subcommands(commands, group).flatMap((entry) => [
        wordLine(group, entry),
        wordLine(`help ${group}`, entry),
      ]),
    ),
    ...commands.flatMap(commandLines),
  ]
  return `# fish completion of edge-issuer

# Whether the words before the cursor, without flags, are exactly these.
function __edge_issuer_at
    set -l words (string match --invert -- '-*' (commandline -opc))
    test "$words[2..]" = "$argv"
end

# Whether the words before the cursor begin with these.
function __edge_issuer_in
    set -l words (commandline -opc)
    test "$words[2..$(math (count $argv) + 1)]" = "$argv"
end

complete --command edge-issuer --no-files
complete --command edge-issuer --condition '__edge_issuer_at' --long-option help --short-option h --description 'print help'
complete --command edge-issuer --condition '__edge_issuer_at' --long-option version --short-option v --description 'print the version'
${lines.join('\n')}
`
}

const wordLine = (
  before: string,
  { word, summary }: { readonly word: string; readonly summary: string },
): string =>
  `complete --command edge-issuer --condition ${quote(`__edge_issuer_at ${before}`.trim())} --arguments ${quote(word)} --description ${quote(summary)}`

function commandLines({ path, flags, operands }: ShellCommand): readonly string[] {
  const condition = `complete --command edge-issuer --condition ${quote(`__edge_issuer_in ${path}`)}`
  return [
    ...flags.map((flag) => `${condition}${flagOptions(flag)}`),
    ...operands.flatMap((value) => {
      const options = valueOptions(value)
      return options === '' ? [] : [`${condition}${options}`]
    }),
  ]
}

function flagOptions({ names, summary, value }: ShellFlag): string {
  const options = names.map((name) =>
    name.startsWith('--') ? ` --long-option ${name.slice(2)}` : ` --short-option ${name.slice(1)}`,
  )
  const required = value === undefined ? '' : requiredOptions(value)
  return `${options.join('')} --description ${quote(summary)}${required}`
}

const requiredOptions = (value: ShellValue): string =>
  `${value.suggestions === 'file' ? ' --require-parameter' : ' --exclusive'}${valueOptions(value)}`

function valueOptions({ suggestions }: ShellValue): string {
  switch (suggestions) {
    case 'file':
      return ' --force-files'
    case 'directory':
      return ` --arguments '(__fish_complete_directories)'`
    default:
      return suggestions.length === 0
        ? ''
        : ` --arguments ${quote(suggestions.map((value) => value.replaceAll(' ', String.raw`\ `)).join(' '))}`
  }
}

const quote = (text: string): string => `'${text.replaceAll(/['\\]/gu, String.raw`\$&`)}'`
