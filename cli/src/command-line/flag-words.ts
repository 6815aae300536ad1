import { shellWord } from '../terminal/shell-word.ts'
import { flagName } from './parameters.ts'

/** Flags of a command that is printed, each after a space, by their names in camel case; absent ones are skipped. */
export const flagWords = (flags: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(flags)
    .map(([key, value]) => (value === undefined ? '' : ` --${flagName(key)}${valueWord(value)}`))
    .join('')

const valueWord = (value: string): string =>
  `${value.startsWith('-') ? '=' : ' '}${shellWord(value)}`
