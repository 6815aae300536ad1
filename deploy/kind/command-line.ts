/**
 * Parses the command line.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { err, ok, type Result } from '@edge-issuer/shared'
import { STEPS, type StepName } from './steps.ts'

/** The steps to run, in the order given. */
export interface KindCommand {
  readonly steps: readonly StepName[]
  /** Whether commands are printed instead of run. */
  readonly isDry: boolean
}

const isStep = (word: string): word is StepName => Object.hasOwn(STEPS, word)

/** Help text. */
export const USAGE = `node deploy/kind/main.ts STEP... [--dry-run]

Runs steps in the given order. "npm run kind" runs all steps up to the end-to-end test, and each step has its own
npm script.

${Object.entries(STEPS)
  .map(([name, { summary }]) => `  ${name.padEnd(14)} ${summary}`)
  .join('\n')}

  --dry-run      print the commands without running them
  --help         print this help
`

/** @returns The command, or an error message. */
export function readCommandLine(args: readonly string[]): Result<KindCommand | 'help', string> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { help: { type: 'boolean', short: 'h' }, 'dry-run': { type: 'boolean' } },
    allowPositionals: true,
    strict: false,
  })
  if (values.help === true) return ok('help')
  const flag = Object.keys(values).find((name) => name !== 'dry-run')
  if (flag !== undefined) return err(`unknown flag --${flag}`)
  const unknown = positionals.find((word) => !isStep(word))
  if (unknown !== undefined) return err(`unknown step "${unknown}"`)
  if (positionals.length === 0) return err('no step given')
  return ok({ steps: positionals.filter(isStep), isDry: values['dry-run'] === true })
}
