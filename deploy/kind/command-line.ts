/**
 * What was asked for on the command line.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { err, ok, type Result } from '@edge-issuer/shared'
import { STEPS, type StepName } from './steps.ts'

/** The steps to run, in the order given. */
export interface Wanted {
  readonly steps: readonly StepName[]
  /** Whether commands are printed instead of run. */
  readonly isDry: boolean
}

const isStep = (word: string): word is StepName => Object.hasOwn(STEPS, word)

/** What can be asked for. */
export const USAGE = `node deploy/kind/main.ts STEP... [--dry-run]

Runs steps one after the other; npm run kind runs all that lead to certificates, each has an npm script
of its own besides.

${Object.entries(STEPS)
  .map(([name, { summary }]) => `  ${name.padEnd(14)} ${summary}`)
  .join('\n')}

  --dry-run      print the commands, run none
  --help         print this
`

/** @returns What is wanted, or what is wrong with it. */
export function readCommandLine(args: readonly string[]): Result<Wanted | 'help', string> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { help: { type: 'boolean', short: 'h' }, 'dry-run': { type: 'boolean' } },
    allowPositionals: true,
    strict: false,
  })
  if (values.help === true) return ok('help')
  const flag = Object.keys(values).find((name) => name !== 'dry-run')
  if (flag !== undefined) return err(`there is no flag --${flag}`)
  const unknown = positionals.find((word) => !isStep(word))
  if (unknown !== undefined) return err(`there is no step "${unknown}"`)
  if (positionals.length === 0) return err('no step was given')
  return ok({ steps: positionals.filter(isStep), isDry: values['dry-run'] === true })
}
