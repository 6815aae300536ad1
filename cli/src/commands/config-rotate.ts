import { join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { CA_PATHS } from '../ca/ca-folder.ts'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { defaulted, operand, optional, toggle, type Values } from '../command-line/parameters.ts'
import { choice, DIRECTORY, FILE, NAME } from '../command-line/value-types.ts'
import { checkWithKey } from '../config/check-with-key.ts'
import {
  configNameOf,
  deployCommand,
  environmentOf,
  putSecretCommand,
  type SecretFile,
} from '../config/deploy-commands.ts'
import { type Rotated, rotateConfig, type RotationStep } from '../config/rotate-config.ts'
import { readText } from '../files/read-input.ts'
import { replaceFile } from '../files/write-new-files.ts'
import type { Io } from '../terminal/io.ts'

/** Each issuer must keep its active CA. */
const REMOVABLE = ['next', 'retiring'] as const

const parameters = {
  file: operand(FILE, 'configuration, signer.config.json'),
  add: optional(DIRECTORY, 'add the CA in this folder as the next one'),
  activate: toggle('make the next CA active and the active one retiring'),
  back: toggle('make the retiring CA active again and the active one next'),
  remove: optional(choice('STATE', REMOVABLE), 'remove the CAs in this state'),
  issuer: defaulted(NAME, 'default', 'issuer in the configuration'),
  env: optional(
    NAME,
    'environment of wrangler.jsonc in the commands to run next; when absent, taken from the name of FILE, or production',
  ),
  write: toggle('change the file instead of printing the result'),
}

type RotateValues = Values<typeof parameters>

/** `edge-issuer config rotate`. */
export const configRotate = defineCommand({
  description: `
Performs one step of a CA rotation: --add, --activate and --remove retiring, in this order, with a
deployment after each; --back undoes --activate, and --remove next undoes --add. Everything else in the
file stays unchanged. The command checks the result like "config check", with the key of an added CA
if it is in its folder, and writes or prints only a valid configuration.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer config rotate signer.config.json --add ca-2 --write',
    'edge-issuer config rotate signer.config.json --activate --write',
    'edge-issuer config rotate signer.config.json --remove retiring --write',
  ],
  run: async (values, io) => {
    const { file, add, issuer } = values
    const step = await readStep(values, io)
    if (!step.ok) return step
    const before = await readText(file, io)
    if (!before.ok) return failed(before.error)
    const rotated = rotateConfig(before.value, issuer, step.value)
    if (!rotated.ok) return failed(`"${file}": ${rotated.error}`)
    const keyPath = add === undefined ? undefined : join(add, CA_PATHS.issuingKey)
    const { text } = rotated.value
    const checked = await checkWithKey(text, secretOf(rotated.value, keyPath), io)
    if (!checked.ok) return failed(checked.error)
    if (values.write) {
      const replaced = await replaceFile(file, text, io)
      if (!replaced.ok) return failed(replaced.error)
    } else {
      io.stdout(text)
    }
    io.stderr(nextSteps(rotated.value, keyPath, values))
    return ok(undefined)
  },
})

const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })

async function readStep(values: RotateValues, io: Io): Promise<Result<RotationStep, Failure>> {
  const { activate, add, back, remove } = values
  const steps: RotationStep[] = [
    ...(activate ? [{ kind: 'activate' } as const] : []),
    ...(back ? [{ kind: 'back' } as const] : []),
    ...(remove === undefined ? [] : [{ kind: 'remove', state: remove } as const]),
  ]
  if (add !== undefined) {
    const chain = await readText(join(add, CA_PATHS.chain), io)
    if (!chain.ok) return failed(`--add: ${chain.error}`)
    steps.push({ kind: 'add', chainPem: chain.value })
  }
  const [step, ...others] = steps
  if (step !== undefined && others.length === 0) return ok(step)
  const message = 'give exactly one of --add, --activate, --back and --remove'
  return err({ exit: 'usage', message })
}

/** The key of an added CA. */
const secretOf = ({ keySecret: name }: Rotated, path: string | undefined): SecretFile | undefined =>
  name === undefined || path === undefined ? undefined : { name, path }

function nextSteps(
  rotated: Rotated,
  keyPath: string | undefined,
  { file, env }: RotateValues,
): string {
  const environment = env ?? environmentOf(file)
  const secret = secretOf(rotated, keyPath)
  const steps = [
    `Save the result as ${configNameOf(environment)}, unless it is there.`,
    ...(secret === undefined ? [] : [putSecretCommand(environment, secret)]),
    deployCommand(environment, secret),
  ]
  return `The configuration is valid.

Next:
${steps.map((step, index) => `  ${String(index + 1)}. ${step}\n`).join('')}`
}
