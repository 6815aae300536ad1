import { err, ok, type Result } from '@edge-issuer/shared'
import { clientEntrySchema, type ConfigError } from '@edge-issuer/signer-worker/config'
import { type ClientEntries, fileErrors, readClientsFile } from '../clients/clients-file.ts'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { operand, optional, repeated } from '../command-line/parameters.ts'
import { DIRECTORY, FILE, NAME, SECRET_FILE, text } from '../command-line/value-types.ts'
import { accessWarnings, warningsMessage } from '../config/access-warnings.ts'
import { errorsMessage, checkConfig, clientErrors, readConfigFile } from '../config/check-config.ts'
import { configWarnings } from '../config/config-warnings.ts'
import { describeAccess } from '../config/describe-access.ts'
import { describeClients } from '../config/describe-clients.ts'
import { describeConfig } from '../config/describe-config.ts'
import { readKeySecrets, warnUnignoredKeys } from '../config/key-secrets.ts'
import type { WorkerFlags } from '../context/resolve-worker.ts'
import { readText } from '../files/read-input.ts'
import type { Io } from '../terminal/io.ts'
import { printableLines } from '../terminal/printable.ts'
import { ADMIN_EXITS, ADMIN_PARAMETERS, askDirectory } from '../worker/connect-admin.ts'
import { readList } from '../worker/pages.ts'

const parameters = {
  file: operand(FILE, 'configuration, signer.config.json'),
  secrets: optional(DIRECTORY, 'folder with the private keys, in files named like their secrets'),
  secret: repeated(SECRET_FILE, 'file with the private key of one secret'),
  clients: optional(FILE, 'file of "clients apply" or "clients export" to check as well'),
  ...ADMIN_PARAMETERS,
  url: optional(
    text('URL'),
    'worker whose registered clients are checked as well; when absent, the one of --context, or none',
  ),
  context: optional(NAME, 'context of the worker whose registered clients are checked as well'),
}

/** `edge-issuer config check`. */
export const configCheck = defineCommand({
  description: `
Checks a configuration with the worker's own rules, and lists every error with its location in the
file (JSON Pointer, RFC 6901). With --secrets or --secret, the private key of each CA must be available
and match its certificate; without these flags private keys are not checked.

With --clients it checks a file of clients against the configuration, prints what each client can get,
and warns about rules that allow more than they seem to. With --url or --context it warns about clients
of that worker that would lose an issuer or a profile. Warnings do not change the exit code.`,
  parameters,
  exits: ADMIN_EXITS,
  examples: [
    'edge-issuer config check signer.config.json',
    'edge-issuer config check signer.config.json --secret CA_KEY_DEFAULT=ca/issuing/ca.key',
    'edge-issuer config check signer.config.json --clients clients.yaml',
    'edge-issuer config check signer.config.json --context production',
  ],
  run: async (values, io) => {
    const { file, secrets: folder, secret, clients: clientsFile } = values
    const files = new Map(secret)
    if (files.size < secret.length) {
      return err({ exit: 'usage', message: '--secret: the same name is given twice' })
    }
    const content = await readText(file, io)
    if (!content.ok) return err({ exit: 'failed', message: content.error })
    const secrets = await readKeySecrets(content.value, { files, folder }, io)
    if (!secrets.ok) return err({ exit: 'failed', message: secrets.error })
    await warnUnignoredKeys(content.value, { files, folder }, io)
    const needsKeys = files.size > 0 || folder !== undefined
    const options = { secrets: secrets.value, needsKeys, nowMs: io.nowMs() }
    const { errors, config, uncheckedSecrets } = checkConfig(content.value, options)
    if (errors.length > 0) {
      return err({ exit: 'failed', message: errorsMessage(`"${file}"`, errors) })
    }
    const clients = await readClients(clientsFile, content.value, io)
    if (!clients.ok) return clients
    const registered = await checkRegistered(values, content.value, io)
    if (!registered.ok) return registered
    const document = readConfigFile(content.value)
    const access = [
      ...describeClients(clients.value),
      ...describeAccess(clients.value, document),
    ].map((line) => `${line}\n`)
    io.stdout(
      (config === undefined ? '' : describeConfig(config)) + printableLines(access.join('')),
    )
    const warnings = [
      ...configWarnings(content.value),
      ...registered.value,
      ...accessWarnings(clients.value, document.profiles),
    ]
    io.stderr(warningsMessage(warnings))
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

/** @returns What is wrong with the clients of a worker under the configuration; nothing without a worker. */
export async function checkRegistered(
  flags: WorkerFlags,
  config: string,
  io: Io,
): Promise<Result<readonly ConfigError[], Failure>> {
  if (flags.url === undefined && flags.context === undefined) return ok([])
  const all = { limit: undefined, after: undefined }
  const list = await askDirectory(
    { ...flags, json: false },
    async (directory) => readList(async (slice) => directory.list(slice), all),
    io,
  )
  if (!list.ok) return list
  const clients = list.value.items.flatMap(({ name, entry }) => {
    const parsed = clientEntrySchema.safeParse(entry)
    return parsed.success ? [[name, parsed.data] as const] : []
  })
  return ok(clientErrors(new Map(clients), config))
}
