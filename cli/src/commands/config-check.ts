import { err, ok, type Result } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import { operand, optional, repeated, type ValueType } from '../command-line/parameters.ts'
import { DIRECTORY, FILE } from '../command-line/value-types.ts'
import {
  errorsMessage,
  checkConfig,
  readConfigFile,
  warningsMessage,
} from '../config/check-config.ts'
import { describeAccess } from '../config/describe-access.ts'
import { describeConfig } from '../config/describe-config.ts'
import { readKeySecrets } from '../config/key-secrets.ts'
import { readText } from '../files/read-input.ts'

/** Name of a secret and path of its file. */
const SECRET_FILE: ValueType<readonly [string, string]> = {
  placeholder: 'NAME=FILE',
  parse: (text): Result<readonly [string, string], string> => {
    const [, name, file] = /^([A-Z][A-Z0-9_]*)=(.+)$/.exec(text) ?? []
    return name === undefined || file === undefined
      ? err(
          `invalid value "${text}"; expected NAME=FILE, where NAME has upper-case letters, digits and underscores`,
        )
      : ok([name, file])
  },
}

const parameters = {
  file: operand(FILE, 'configuration, signer.config.json'),
  secrets: optional(DIRECTORY, 'folder with the private keys, in files named like their secrets'),
  secret: repeated(SECRET_FILE, 'file with the private key of one secret'),
}

/** `edge-issuer config check`. */
export const configCheck = defineCommand({
  description: `
Checks a configuration with the worker's own rules, and lists every error with its location in the
file (JSON Pointer, RFC 6901). For a valid configuration it prints what each client can get, and
warns about rules that allow more than they seem to; warnings do not change the exit code. With
--secrets or --secret, the private key of each CA must be available and match its certificate; without
these flags private keys are not checked.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer config check signer.config.json',
    'edge-issuer config check signer.config.json --secret CA_KEY_DEFAULT=ca/issuing/ca.key',
  ],
  run: async ({ file, secrets: folder, secret }, io) => {
    const files = new Map(secret)
    if (files.size < secret.length) {
      return err({ exit: 'usage', message: '--secret: the same name is given twice' })
    }
    const text = await readText(file, io)
    if (!text.ok) return err({ exit: 'failed', message: text.error })
    const secrets = await readKeySecrets(text.value, { files, folder }, io)
    if (!secrets.ok) return err({ exit: 'failed', message: secrets.error })
    const needsKeys = files.size > 0 || folder !== undefined
    const options = { secrets: secrets.value, needsKeys, nowMs: io.nowMs() }
    const { errors, config, uncheckedSecrets } = checkConfig(text.value, options)
    if (errors.length > 0) {
      return err({ exit: 'failed', message: errorsMessage(`"${file}"`, errors) })
    }
    const access = describeAccess(readConfigFile(text.value)).map((line) => `${line}\n`)
    io.stdout((config === undefined ? '' : describeConfig(config)) + access.join(''))
    io.stderr(warningsMessage(text.value))
    const keys =
      uncheckedSecrets.length === 0
        ? 'including its private keys'
        : `private keys were not checked: ${uncheckedSecrets.join(', ')}`
    io.stderr(`"${file}" is valid, ${keys}\n`)
    return ok(undefined)
  },
})
