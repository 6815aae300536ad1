import { err, ok, type Result } from '@edge-issuer/shared'
import { type ClientEntries, fileErrors, readClientsFile } from '../clients/clients-file.ts'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { operand, optional, repeated, type ValueType } from '../command-line/parameters.ts'
import { DIRECTORY, FILE } from '../command-line/value-types.ts'
import { accessWarnings, warningsMessage } from '../config/access-warnings.ts'
import { errorsMessage, checkConfig, clientErrors, readConfigFile } from '../config/check-config.ts'
import { describeAccess } from '../config/describe-access.ts'
import { describeClients } from '../config/describe-clients.ts'
import { describeConfig } from '../config/describe-config.ts'
import { readKeySecrets } from '../config/key-secrets.ts'
import { readText } from '../files/read-input.ts'
import type { Io } from '../terminal/io.ts'
import { printableLines } from '../terminal/printable.ts'

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
  clients: optional(FILE, 'file of "clients apply" or "clients export" to check as well'),
}

/** `edge-issuer config check`. */
export const configCheck = defineCommand({
  description: `
Checks a configuration with the worker's own rules, and lists every error with its location in the
file (JSON Pointer, RFC 6901). With --secrets or --secret, the private key of each CA must be available
and match its certificate; without these flags private keys are not checked.

With --clients it checks a file of clients against the configuration, prints what each client can get,
and warns about rules that allow more than they seem to; warnings do not change the exit code.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer config check signer.config.json',
    'edge-issuer config check signer.config.json --secret CA_KEY_DEFAULT=ca/issuing/ca.key',
    'edge-issuer config check signer.config.json --clients clients.yaml',
  ],
  run: async ({ file, secrets: folder, secret, clients: clientsFile }, io) => {
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
    const clients = await readClients(clientsFile, text.value, io)
    if (!clients.ok) return clients
    const document = readConfigFile(text.value)
    const access = [
      ...describeClients(clients.value),
      ...describeAccess(clients.value, document),
    ].map((line) => `${line}\n`)
    io.stdout(
      (config === undefined ? '' : describeConfig(config)) + printableLines(access.join('')),
    )
    io.stderr(warningsMessage(accessWarnings(clients.value, document.profiles)))
    const keys =
      uncheckedSecrets.length === 0
        ? 'including its private keys'
        : `private keys were not checked: ${uncheckedSecrets.join(', ')}`
    io.stderr(`"${file}" is valid, ${keys}\n`)
    return ok(undefined)
  },
})

/** @returns The clients of the file, which fit the configuration; none without a file. */
async function readClients(
  path: string | undefined,
  config: string,
  io: Io,
): Promise<Result<ClientEntries, Failure>> {
  if (path === undefined) return ok(new Map())
  const clients = await readClientsFile(path, io)
  if (!clients.ok) return err({ exit: 'failed', message: clients.error })
  const errors = clientErrors(clients.value, config)
  return errors.length > 0 ? err({ exit: 'failed', message: fileErrors(path, errors) }) : clients
}
