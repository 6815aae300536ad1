/**
 * The parameters of a command as one table, from which both the parser and `--help` are built.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared/result'

/** What a shell suggests for a value: paths, or one of these values. */
export type Suggestions = 'file' | 'directory' | readonly string[]

/** A type of value: its name in the help, and its parser. */
export interface ValueType<T> {
  /** Name in the help, in capitals. */
  readonly placeholder: string
  /** None when absent. */
  readonly suggestions?: Suggestions
  /** @returns The value, or an error message. */
  readonly parse: (text: string) => Result<T, string>
}

/** One flag or operand; `T` is the type of the parsed value. */
export interface Parameter<T> {
  readonly kind: 'flag' | 'switch' | 'operand' | 'rest'
  /** Empty for a switch. */
  readonly placeholder: string
  readonly summary: string
  readonly isRequired: boolean
  readonly isRepeatable: boolean
  /** Default, as the help shows it. */
  readonly fallback?: string
  readonly suggestions?: Suggestions
  /** @param texts - Every given value in order; empty strings for a switch. */
  readonly read: (texts: readonly string[]) => Result<T, string>
}

/** Parameters by name in camel case: `rootDuration` is `--root-duration`. */
export type ParameterTable = Readonly<Record<string, Parameter<unknown>>>

/** Parsed values of a parameter table. */
export type Values<P extends ParameterTable> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never
}

/** The switch for which `-o json` is an alias. */
export const JSON_KEY = 'json'

/** The flag for which `-f` is an alias. */
export const FILE_KEY = 'file'

/** The flag's name on the command line, without dashes. */
export const flagName = (key: string): string =>
  key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** What help and completion show of a type. */
const shownOf = ({
  placeholder,
  suggestions,
}: ValueType<unknown>): Pick<ValueType<unknown>, 'placeholder' | 'suggestions'> => ({
  placeholder,
  ...(suggestions === undefined ? {} : { suggestions }),
})

const single = { isRequired: false, isRepeatable: false } as const

/** A required flag. */
export function required<T>(type: ValueType<T>, summary: string): Parameter<T> {
  const { parse } = type
  const read = (texts: readonly string[]): Result<T, string> =>
    readOne(texts, parse, () => err('a value is required'))
  return { ...single, ...shownOf(type), kind: 'flag', summary, isRequired: true, read }
}

/** An optional flag without a default. */
export function optional<T>(type: ValueType<T>, summary: string): Parameter<T | undefined> {
  const { parse } = type
  const read = (texts: readonly string[]): Result<T | undefined, string> =>
    readOne<T | undefined>(texts, parse, () => ok(undefined))
  return { ...single, ...shownOf(type), kind: 'flag', summary, read }
}

/** A flag with a default, which is parsed like a given value. */
export function defaulted<T>(type: ValueType<T>, fallback: string, summary: string): Parameter<T> {
  const { parse } = type
  const read = (texts: readonly string[]): Result<T, string> =>
    readOne(texts, parse, () => parse(fallback))
  return { ...single, ...shownOf(type), kind: 'flag', summary, fallback, read }
}

/**
 * A repeatable flag; the values keep their order.
 *
 * @param fallback - Default for an absent flag; the list is empty without it.
 */
export function repeated<T>(
  type: ValueType<T>,
  summary: string,
  fallback?: string,
): Parameter<readonly T[]> {
  const { parse } = type
  const standIn = fallback === undefined ? [] : [fallback]
  const read = (texts: readonly string[]): Result<readonly T[], string> => {
    const values: T[] = []
    for (const text of texts.length === 0 ? standIn : texts) {
      const value = parse(text)
      if (!value.ok) return value
      values.push(value.value)
    }
    return ok(values)
  }
  const shown = fallback === undefined ? {} : { fallback }
  return {
    ...single,
    ...shownOf(type),
    ...shown,
    kind: 'flag',
    summary,
    isRepeatable: true,
    read,
  }
}

/** A flag without a value. */
export function toggle(summary: string): Parameter<boolean> {
  return { ...single, kind: 'switch', placeholder: '', summary, read: isGiven }
}

/** A required positional argument. */
export function operand<T>(type: ValueType<T>, summary: string): Parameter<T> {
  return { ...required(type, summary), kind: 'operand' }
}

/** An optional positional argument with a default; after it, the table has no required one. */
export function optionalOperand<T>(
  type: ValueType<T>,
  fallback: string,
  summary: string,
): Parameter<T> {
  return { ...defaulted(type, fallback, summary), kind: 'operand' }
}

/** Every argument after `--`, in order, for another program. */
export function rest(summary: string): Parameter<readonly string[]> {
  const placeholder = '-- ARGUMENTS'
  return { ...single, kind: 'rest', placeholder, summary, isRepeatable: true, read: ok }
}

const isGiven = (texts: readonly string[]): Result<boolean, string> => ok(texts.length > 0)

function readOne<T>(
  texts: readonly string[],
  parse: (text: string) => Result<T, string>,
  absent: () => Result<T, string>,
): Result<T, string> {
  const [text] = texts
  if (text === undefined) return absent()
  return texts.length > 1
    ? err(`the flag is given ${String(texts.length)} times; give it once`)
    : parse(text)
}
