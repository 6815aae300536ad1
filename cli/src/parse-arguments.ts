import { parseArgs } from 'node:util'
import { err, ok, type Result } from '@edge-issuer/shared'
import { closest } from './closest.ts'
import {
  flagName,
  JSON_KEY,
  type Parameter,
  type ParameterTable,
  type Values,
} from './parameters.ts'

/** What the tokens of a command line come to, before the values are read. */
interface Words {
  /** Every text given for a flag, by the flag's name. */
  readonly texts: ReadonlyMap<string, readonly string[]>
  readonly operands: readonly string[]
  readonly faults: readonly string[]
}

/** Whether help is asked for; then nothing else on the command line counts. */
export function asksForHelp(args: readonly string[]): boolean {
  const endOfFlags = args.indexOf('--')
  const flags = endOfFlags < 0 ? args : args.slice(0, endOfFlags)
  return flags.some(isHelpFlag)
}

/** @param word - Of a command line. */
export const isHelpFlag = (word: string): boolean => word === '--help' || word === '-h'

/**
 * Reads the words after a command's name. Strict: an unknown flag, a missing or surplus value, a
 * flag given twice and a surplus word are faults; a value that begins with a dash must be written
 * `--flag=-value`, so that a forgotten value is not filled with the next flag.
 *
 * @returns The values, or every fault found.
 */
export function parseArguments<P extends ParameterTable>(
  table: P,
  args: readonly string[],
): Result<Values<P>, readonly string[]> {
  const { texts, operands, faults } = readWords(table, args)
  const found = [...faults]
  const values: [string, unknown][] = []
  let operandsRead = 0
  for (const [key, parameter] of Object.entries(table)) {
    const isOperand = parameter.kind === 'operand'
    const given = isOperand
      ? operands.slice(operandsRead, ++operandsRead)
      : (texts.get(flagName(key)) ?? [])
    const value = parameter.read(given)
    if (value.ok) values.push([key, value.value])
    else found.push(`${isOperand ? parameter.placeholder : `--${flagName(key)}`}: ${value.error}`)
  }
  // After a faulty flag it cannot be known which words were meant as values.
  const surplus = faults.length > 0 ? [] : operands.slice(operandsRead)
  found.push(...surplus.map((word) => `"${word}" is one word too many`))
  if (found.length > 0) return err(found)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value comes from the parameter of its own key, which is what Values says
  return ok(Object.fromEntries(values) as Values<P>)
}

function readWords(table: ParameterTable, args: readonly string[]): Words {
  const flags = new Map<string, Parameter<unknown>>()
  for (const [key, parameter] of Object.entries(table)) {
    if (parameter.kind !== 'operand') flags.set(flagName(key), parameter)
  }
  const texts = new Map<string, string[]>()
  const operands: string[] = []
  const faults: string[] = []
  for (const token of tokenize(flags, args)) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind !== 'option') continue
    const fault = tokenFault(token, flags)
    if (fault !== undefined) faults.push(fault)
    else texts.set(token.name, [...(texts.get(token.name) ?? []), token.value ?? ''])
  }
  return { texts, operands, faults }
}

type Flags = ReadonlyMap<string, Parameter<unknown>>
type Tokens = NonNullable<ReturnType<typeof parseArgs>['tokens']>

/** The words of a command line; `-o json` becomes `--json` where the command has it. */
function tokenize(flags: Flags, args: readonly string[]): Tokens {
  const hasJson = flags.get(JSON_KEY)?.kind === 'switch'
  const options = Object.fromEntries(
    [...flags].map(([name, { kind }]) => [
      name,
      { type: kind === 'switch' ? ('boolean' as const) : ('string' as const), multiple: true },
    ]),
  )
  const output = { output: { type: 'string' as const, short: 'o', multiple: true } }
  // Not parseArgs's own strict mode: it stops at the first fault and knows no closest name.
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
    if (token.kind !== 'option' || !isJson(token)) return token
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

function unknownFlag(
  { name, rawName, value }: Pick<FlagToken, 'name' | 'rawName' | 'value'>,
  flags: Flags,
): string {
  if (name === 'output' && flags.has(JSON_KEY)) {
    return `${rawName}: "${value ?? ''}" is unknown; the format is json`
  }
  const meant = closest(name, [...flags.keys()])
  const hint = meant === undefined ? '' : `; is it --${meant}?`
  return `${rawName}: there is no such flag${hint}`
}

function tokenFault(
  { name, rawName, value, inlineValue }: FlagToken,
  flags: Flags,
): string | undefined {
  const flag = flags.get(name)
  if (flag === undefined || !rawName.startsWith('--'))
    return unknownFlag({ name, rawName, value }, flags)
  if (flag.kind === 'switch')
    return value === undefined ? undefined : `${rawName}: it takes no value`
  if (value === undefined) return `${rawName}: ${flag.placeholder} is missing`
  const isNextFlag = inlineValue !== true && value.length > 1 && value.startsWith('-')
  return isNextFlag
    ? `${rawName}: ${flag.placeholder} is missing before "${value}"; write ${rawName}=${value} if that is the value`
    : undefined
}
