/**
 * The parameters of a command, as one table: parsing and `--help` are both made from it.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'

/** One kind of value: how help names it and how it is read. */
export interface ValueType<T> {
  /** In capitals, as help shows it. */
  readonly placeholder: string
  /** @returns The value, or what is wrong with the text. */
  readonly parse: (text: string) => Result<T, string>
}

/** One flag or operand; `T` is what the command gets. */
export interface Parameter<T> {
  readonly kind: 'flag' | 'switch' | 'operand'
  /** Empty for a switch. */
  readonly placeholder: string
  readonly summary: string
  readonly isRequired: boolean
  readonly isRepeatable: boolean
  /** What help names as the default. */
  readonly fallback?: string
  /** @param texts - Every value that was given, in order; for a switch, an empty text each. */
  readonly read: (texts: readonly string[]) => Result<T, string>
}

/** Parameters by name in camel case: `rootDuration` is `--root-duration`. */
export type ParameterTable = Readonly<Record<string, Parameter<unknown>>>

/** What a command gets for its table. */
export type Values<P extends ParameterTable> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never
}

/** The switch that `-o json` is another spelling of, where a command has it. */
export const JSON_KEY = 'json'

/** The flag's name on the command line, without dashes. */
export const flagName = (key: string): string =>
  key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

const single = { isRequired: false, isRepeatable: false } as const

/** A flag that must be given. */
export function required<T>(type: ValueType<T>, summary: string): Parameter<T> {
  const { placeholder, parse } = type
  const read = (texts: readonly string[]): Result<T, string> =>
    readOne(texts, parse, () => err('it is required'))
  return { ...single, kind: 'flag', placeholder, summary, isRequired: true, read }
}

/** A flag that may be left out. */
export function optional<T>(type: ValueType<T>, summary: string): Parameter<T | undefined> {
  const { placeholder, parse } = type
  const read = (texts: readonly string[]): Result<T | undefined, string> =>
    readOne<T | undefined>(texts, parse, () => ok(undefined))
  return { ...single, kind: 'flag', placeholder, summary, read }
}

/** A flag with a default, which is read as if it had been typed. */
export function defaulted<T>(type: ValueType<T>, fallback: string, summary: string): Parameter<T> {
  const { placeholder, parse } = type
  const read = (texts: readonly string[]): Result<T, string> =>
    readOne(texts, parse, () => parse(fallback))
  return { ...single, kind: 'flag', placeholder, summary, fallback, read }
}

/**
 * A flag that may be given many times, in an order that is kept.
 *
 * @param fallback - Read as if it had been typed once when the flag is absent; else the list is empty.
 */
export function repeated<T>(
  type: ValueType<T>,
  summary: string,
  fallback?: string,
): Parameter<readonly T[]> {
  const { placeholder, parse } = type
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
  return { ...single, ...shown, kind: 'flag', placeholder, summary, isRepeatable: true, read }
}

/** A flag without a value. */
export function toggle(summary: string): Parameter<boolean> {
  return { ...single, kind: 'switch', placeholder: '', summary, read: isGiven }
}

/** The command's one word that is not a flag; it must be given. */
export function operand<T>(type: ValueType<T>, summary: string): Parameter<T> {
  return { ...required(type, summary), kind: 'operand' }
}

const isGiven = (texts: readonly string[]): Result<boolean, string> => ok(texts.length > 0)

function readOne<T>(
  texts: readonly string[],
  parse: (text: string) => Result<T, string>,
  absent: () => Result<T, string>,
): Result<T, string> {
  const [text] = texts
  if (text === undefined) return absent()
  return texts.length > 1 ? err(`it is given ${String(texts.length)} times`) : parse(text)
}
