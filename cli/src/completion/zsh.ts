/**
 * The completion script for zsh.
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

/** @returns The script, for a folder in fpath or for `source`. */
export function zshCompletion(commands: readonly ShellCommand[]): string {
  const groups = groupsOf(commands)
  return `#compdef edge-issuer
# zsh completion of edge-issuer

# Sets names to the second words of the group $1.
_edge-issuer-group() {
  case $1 in
${groups.map((group) => `    ${group}) names=(${described(subcommands(commands, group))}) ;;`).join('\n')}
  esac
}

_edge-issuer() {
  local command=$words[2]
  local -a names
  if [[ $command == help ]] && ((CURRENT > 2)); then
    case $CURRENT in
      3) names=(${described(firstWords(commands).filter(({ word }) => word !== 'help'))}) ;;
      4) _edge-issuer-group $words[3] ;;
    esac
    (($#names)) && _describe command names
    return
  fi
  if ((CURRENT == 2)); then
    names=(${described(firstWords(commands))} --help --version)
    _describe command names
    return
  fi
  case $command in
    ${groups.join('|')})
      if ((CURRENT == 3)); then
        _edge-issuer-group $command
        _describe command names
        return
      fi
      command+=" $words[3]"
      shift words
      ((CURRENT--))
      ;;
  esac
  shift words
  ((CURRENT--))
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _edge-issuer "$@"
else
  compdef _edge-issuer edge-issuer
fi
`
}

const described = (words: readonly { readonly word: string; readonly summary: string }[]): string =>
  words.map(({ word, summary }) => quote(`${word}:${summary}`)).join(' ')

function commandCase({ path, flags, operands }: ShellCommand): string {
  const specs = [
    ...flags.flatMap(flagSpecs),
    ...operands.map((value, index) => quote(`${String(index + 1)}:${valueSpec(value)}`)),
  ]
  return `    ${quote(path)})
      _arguments -S ${specs.join(' \\\n        ')}
      ;;`
}

function flagSpecs({ names, summary, isRepeatable, value }: ShellFlag): readonly string[] {
  const star = isRepeatable ? '*' : ''
  const text = `[${summary.replaceAll(/[[\]\\]/gu, String.raw`\$&`)}]`
  return names.map((name) =>
    quote(
      value === undefined
        ? star + name + text
        : `${star}${name}${name.startsWith('--') ? '=' : ''}${text}:${valueSpec(value)}`,
    ),
  )
}

const valueSpec = ({ placeholder, suggestions }: ShellValue): string =>
  `${placeholder.replaceAll(/[:\\]/gu, String.raw`\$&`)}:${action(suggestions)}`

function action(suggestions: ShellValue['suggestions']): string {
  switch (suggestions) {
    case 'file':
      return '_files'
    case 'directory':
      return '_files -/'
    default:
      return suggestions.length === 0
        ? ' '
        : `(${suggestions.map((value) => value.replaceAll(/[ :()\\]/gu, String.raw`\$&`)).join(' ')})`
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
