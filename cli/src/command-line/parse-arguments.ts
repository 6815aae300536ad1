import { parseArgs } from 'node:util'
import { err, ok, type Result } from '@edge-issuer/shared/result'
import { didYouMean } from './did-you-mean.ts'
import {
  FILE_KEY,
  flagName,
  JSON_KEY,
  type Parameter,
  type ParameterTable,
  type Values,
} from './parameters.ts'

/** The tokens of a command line, sorted; values are not parsed yet. */
interface SortedTokens {
  /** Every value given for a flag, by the flag's name. */
  readonly texts: ReadonlyMap<string, readonly string[]>
  readonly operands: readonly string[]
  /** Everything after `--` if the command passes it on; otherwise these are operands. */
  readonly rest: readonly string[]
  readonly errors: readonly string[]
}

/** Whether the arguments ask for help; the rest of the command line is then ignored. */
export function asksForHelp(args: readonly string[]): boolean {
  const endOfFlags = args.indexOf('--')
  const flags = endOfFlags < 0 ? args : args.slice(0, endOfFlags)
  return flags.some(isHelpFlag)
}

/** @param word - One argument of a command line. */
export const isHelpFlag = (word: string): boolean => word === '--help' || word === '-h'

/**
 * Parses the arguments after a command's name. Unknown flags, missing or surplus values, flags given twice and
 * unexpected arguments are errors. A value that begins with a dash must be written `--flag=-value`, so that a
 * forgotten value does not swallow the next flag.
 *
 * @returns The values, or every error found.
 */
export function parseArguments<P extends ParameterTable>(
  table: P,
  args: readonly string[],
): Result<Values<P>, readonly string[]> {
  const { texts, operands, rest, errors } = sortTokens(table, args)
  const found = [...errors]
  const values: [string, unknown][] = []
  let operandsRead = 0
  for (const [key, parameter] of Object.entries(table)) {
    const isOperand = parameter.kind === 'operand'
    const ofFlag = parameter.kind === 'rest' ? rest : (texts.get(flagName(key)) ?? [])
    const given = isOperand ? operands.slice(operandsRead, ++operandsRead) : ofFlag
    const value = parameter.read(given)
    if (value.ok) values.push([key, value.value])
    else found.push(`${isOperand ? parameter.placeholder : `--${flagName(key)}`}: ${value.error}`)
  }
  // After an invalid flag, an argument may have been meant as its value.
  const surplus = errors.length > 0 ? [] : operands.slice(operandsRead)
  found.push(...surplus.map((word) => `unexpected argument "${word}"`))
  if (found.length > 0) return err(found)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value comes from the parameter of its own key, which is what Values says
  return ok(Object.fromEntries(values) as Values<P>)
}

function sortTokens(table: ParameterTable, args: readonly string[]): SortedTokens {
  const flags = new Map<string, Parameter<unknown>>()
  for (const [key, parameter] of Object.entries(table)) {
    if (parameter.kind === 'flag' || parameter.kind === 'switch')
      flags.set(flagName(key), parameter)
  }
  const hasRest = Object.values(table).some(({ kind }) => kind === 'rest')
  const texts = new Map<string, string[]>()
  const operands: string[] = []
  const rest: string[] = []
  let isRest = false
  const errors: string[] = []
  for (const token of tokenize(flags, args)) {
    if (token.kind === 'option-terminator') isRest = hasRest
    if (token.kind === 'positional') (isRest ? rest : operands).push(token.value)
    if (token.kind !== 'option') continue
    const error = tokenError(token, flags)
    if (error !== undefined) errors.push(error)
    else texts.set(token.name, [...(texts.get(token.name) ?? []), token.value ?? ''])
  }
  return { texts, operands, rest, errors }
}

type Flags = ReadonlyMap<string, Parameter<unknown>>
type Tokens = NonNullable<ReturnType<typeof parseArgs>['tokens']>
type OptionToken = Extract<Tokens[number], { readonly kind: 'option' }>

/** Tokens of a command line; `-o json` becomes `--json` and `-f` becomes `--file` if the command has that flag. */
function tokenize(flags: Flags, args: readonly string[]): Tokens {
  const hasJson = flags.get(JSON_KEY)?.kind === 'switch'
  const options = Object.fromEntries(
    [...flags].map(([name, { kind }]) => [
      name,
      {
        type: kind === 'switch' ? ('boolean' as const) : ('string' as const),
        multiple: true,
        ...(name === FILE_KEY ? { short: 'f' } : {}),
      },
    ]),
  )
  const output = { output: { type: 'string' as const, short: 'o', multiple: true } }
  // Without parseArgs's own strict mode, which stops at the first error and suggests no name.
  const { tokens } = parseArgs({
    args: [...args],
    options: hasJson ? { ...options, ...output } : options,
    strict: false,
    tokens: true,
  })
  const isJson = (token: Tokens[number]): boolean =>
    hasJson &&
    token.kind === 'option' &&
    token.name === 'output' &&
    // `-o=json` gives `=json`.
    token.value?.replace(/^=/, '') === 'json'
  return tokens.map((token) => {
    if (token.kind !== 'option') return token
    if (token.name === FILE_KEY) return longToken(token)
    if (!isJson(token)) return token
    const { kind, index } = token
    const rawName = `--${JSON_KEY}`
    return { kind, index, name: JSON_KEY, rawName, value: undefined, inlineValue: undefined }
  })
}

interface FlagToken {
  readonly name: string
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

/** `-f FILE` as `--file FILE`; `-f=FILE` gives `=FILE`. */
function longToken({ kind, index, name, rawName: given, ...rest }: OptionToken): OptionToken {
  const rawName = `--${name}`
  if (rest.value === undefined) return { kind, index, name, rawName, ...rest }
  const value = given === '-f' ? rest.value.replace(/^=/, '') : rest.value
  return { kind, index, name, rawName, value, inlineValue: rest.inlineValue }
}

function unknownFlag(
  { name, rawName, value }: Pick<FlagToken, 'name' | 'rawName' | 'value'>,
  flags: Flags,
): string {
  if (name === 'output' && flags.has(JSON_KEY)) {
    return `${rawName}: unknown output format "${value ?? ''}"; the only format is json`
  }
  const meant = didYouMean(name, [...flags.keys()])
  const hint = meant === undefined ? '' : `; did you mean --${meant}?`
  return `${rawName}: unknown flag${hint}`
}

function tokenError(
  { name, rawName, value, inlineValue }: FlagToken,
  flags: Flags,
): string | undefined {
  const flag = flags.get(name)
  if (flag === undefined || !rawName.startsWith('--'))
    return unknownFlag({ name, rawName, value }, flags)
  if (flag.kind === 'switch')
    return value === undefined ? undefined : `${rawName}: the flag takes no value`
  if (value === undefined) return `${rawName}: the value ${flag.placeholder} is missing`
  const isNextFlag = inlineValue !== true && value.length > 1 && value.startsWith('-')
  return isNextFlag
    ? `${rawName}: the value ${flag.placeholder} is missing before "${value}"; write ${rawName}=${value} if that is the value`
    : undefined
}
