/**
 * The completion script for bash 3.2 or newer.
 *
 * @module
 */
import { shellWord } from '../terminal/shell-word.ts'
import {
  firstWords,
  groupsOf,
  type ShellCommand,
  type ShellValue,
  subcommands,
} from './shell-command.ts'

/** @returns The script. */
export function bashCompletion(commands: readonly ShellCommand[]): string {
  const groups = groupsOf(commands)
  const words = firstWords(commands).map(({ word }) => word)
  return `# bash completion of edge-issuer

_edge_issuer_words() {
  local word
  for word; do
    [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
  done
}

_edge_issuer_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$cur"))
}

# Suggests values for the flag or operand "$path $1".
_edge_issuer_value() {
  case "$path $1" in
${commands.flatMap(valueCases).join('\n')}
  esac
}

# Suggests the second words of the group $1.
_edge_issuer_group() {
  case $1 in
${groups.map((group) => groupCase(commands, group)).join('\n')}
  esac
}

_edge_issuer() {
  local cur=\${COMP_WORDS[COMP_CWORD]} path=\${COMP_WORDS[1]} first=2 flags='' valued='' operand=1 i
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _edge_issuer_words ${words.join(' ')} --help --version
    return
  fi
  if [[ $path == help ]]; then
    case $COMP_CWORD in
      2) _edge_issuer_words ${words.filter((word) => word !== 'help').join(' ')} ;;
      3) _edge_issuer_group "\${COMP_WORDS[2]}" ;;
    esac
    return
  fi
  case $path in
    ${groups.join('|')})
      if ((COMP_CWORD == 2)); then
        _edge_issuer_group "$path"
        _edge_issuer_words --help
        return
      fi
      path+=" \${COMP_WORDS[2]}"
      first=3
      ;;
  esac
  case $path in
${commands.map(flagCase).join('\n')}
    *) return ;;
  esac
  # bash splits --flag=value into three words.
  if [[ $cur == '=' ]]; then
    cur=''
    _edge_issuer_value "\${COMP_WORDS[COMP_CWORD-1]}"
    return
  elif [[ \${COMP_WORDS[COMP_CWORD-1]} == '=' ]]; then
    _edge_issuer_value "\${COMP_WORDS[COMP_CWORD-2]}"
    return
  fi
  for ((i = first; i < COMP_CWORD; i++)); do
    case " $valued " in
      *" \${COMP_WORDS[i]} "*)
        if ((i == COMP_CWORD - 1)); then
          _edge_issuer_value "\${COMP_WORDS[i]}"
          return
        fi
        [[ \${COMP_WORDS[i + 1]} == '=' ]] && ((i++))
        ((i++))
        ;;
      *) [[ \${COMP_WORDS[i]} == -* ]] || ((operand++)) ;;
    esac
  done
  if [[ $cur == -* ]]; then
    _edge_issuer_words $flags
  else
    _edge_issuer_value "$operand"
    [[ -z $cur && \${#COMPREPLY[@]} -eq 0 ]] && _edge_issuer_words $flags
  fi
}

complete -F _edge_issuer edge-issuer
`
}

const groupCase = (commands: readonly ShellCommand[], group: string): string =>
  `    ${group}) _edge_issuer_words ${subcommands(commands, group)
    .map(({ word }) => word)
    .join(' ')} ;;`

function flagCase({ path, flags }: ShellCommand): string {
  const all = flags.flatMap(({ names }) => names)
  const valued = flags.flatMap(({ names, value }) => (value === undefined ? [] : names))
  return `    ${shellWord(path)})
      flags='${all.join(' ')}'
      valued='${valued.join(' ')}'
      ;;`
}

function valueCases({ path, flags, operands }: ShellCommand): readonly string[] {
  const ofFlags = flags.flatMap(({ names, value }) =>
    value === undefined ? [] : names.flatMap((name) => valueCase(`${path} ${name}`, value)),
  )
  const ofOperands = operands.flatMap((value, index) =>
    valueCase(`${path} ${String(index + 1)}`, value),
  )
  return [...ofFlags, ...ofOperands]
}

function valueCase(name: string, { suggestions }: ShellValue): readonly string[] {
  if (suggestions.length === 0) return []
  return [`    ${shellWord(name)}) ${action(suggestions)} ;;`]
}

function action(suggestions: ShellValue['suggestions']): string {
  switch (suggestions) {
    case 'file':
      return '_edge_issuer_paths -f'
    case 'directory':
      return '_edge_issuer_paths -d'
    default:
      // A value with spaces is inserted as it must be typed: with backslashes.
      return `_edge_issuer_words ${suggestions.map((value) => shellWord(value.replaceAll(' ', String.raw`\ `))).join(' ')}`
  }
}
