import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { CA_PATHS } from '../ca/ca-folder.ts'
import { createClientKeyPair } from '../client/client-key.ts'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { defaulted, operand, optional, required } from '../command-line/parameters.ts'
import { DIRECTORY, NAME, text } from '../command-line/value-types.ts'
import { keySecretName } from '../config/assemble-config.ts'
import { checkConfig, errorsMessage } from '../config/check-config.ts'
import { readKeySecrets } from '../config/key-secrets.ts'
import { KEY_FOLDER_IN_HELP } from '../files/key-folder.ts'
import { readText } from '../files/read-input.ts'
import { nextCommands } from '../project/files/next-commands.ts'
import { CONFIG_FILE, newProject, projectConfig } from '../project/new-project.ts'
import { adminKeyFolder, checkEmpty, writeProject } from '../project/project-folder.ts'
import type { Io } from '../terminal/io.ts'

const parameters = {
  dir: operand(DIRECTORY, 'folder of the project, which is empty or does not exist'),
  url: required(text('URL'), 'publicUrl: the https URL of the worker for its clients'),
  ca: optional(
    DIRECTORY,
    'folder that ca init created; when absent, the configuration has no issuer until "config add issuer" adds one',
  ),
  issuer: defaulted(NAME, 'default', 'name of the issuer in the configuration'),
  profile: defaulted(
    NAME,
    'default',
    'name of the profile in the configuration, whose options have their defaults',
  ),
  admin: defaulted(NAME, 'admin', 'name of the first admin, who registers clients'),
  keys: optional(
    DIRECTORY,
    `folder for the admin's key, outside of the project; when absent, the working directory, or ${KEY_FOLDER_IN_HELP} inside a git work tree or the project`,
  ),
}

/** `edge-issuer worker init`. */
export const workerInit = defineCommand({
  description: `
Creates a project for the signing worker: a folder of your own, to keep under version control and to
deploy with wrangler.

  signer.config.json   issuers, profiles and admins; no secret
  worker.js            the worker with this configuration
  wrangler.jsonc       how Cloudflare runs it: environments production and staging
  package.json         edge-issuer, wrangler and miniflare, in exact versions
  README.md            what to do with it

It also creates the key of the first admin, who has the role admin, as "admin create" does:
NAME.admin.key (PEM, 0600) and NAME.admin.json, outside of the project. With --ca the configuration has
an issuer with this CA, and the command checks it like "config check". Existing files are never
overwritten; on an error nothing is written.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer worker init ca-worker --url https://ca.example.com --ca ca',
    'edge-issuer worker init ca-worker --url https://ca.example.com --ca ca --admin alice --keys ~/keys',
  ],
  run: async (values, io) => {
    const { dir, url, ca, issuer, profile, admin } = values
    const existed = await checkEmpty(dir, io)
    if (!existed.ok) return failed(existed.error)
    const keys = adminKeyFolder(dir, values.keys, io)
    if (!keys.ok) return failed(keys.error)
    const chainPem = ca === undefined ? ok(undefined) : await readText(join(ca, CA_PATHS.chain), io)
    if (!chainPem.ok) return failed(`--ca: ${chainPem.error}`)
    const { privateKeyPem, publicKeyPem } = createClientKeyPair()
    const admins = { [admin]: { keys: [{ publicKey: publicKeyPem }], role: 'admin' } }
    const options = { ...values, publicUrl: url, chainPem: chainPem.value, admins }
    const config = projectConfig(options)
    const keyPath = ca === undefined ? undefined : join(ca, CA_PATHS.issuingKey)
    const issuingKey =
      keyPath !== undefined && existsSync(resolve(io.cwd, keyPath)) ? keyPath : undefined
    const errors = await checkNewConfig(config, { issuer, issuingKey, hasCa: ca !== undefined }, io)
    if (!errors.ok) return errors
    const adminKey = join(keys.value, `${admin}.admin.key`)
    const adminEntry = join(keys.value, `${admin}.admin.json`)
    const files = [
      ...newProject(dir, config, options),
      { path: adminEntry, text: `${JSON.stringify(admins, null, 2)}\n`, isPrivate: false },
      { path: adminKey, text: privateKeyPem, isPrivate: true },
    ]
    const written = await writeProject(files, { folder: dir, existed: existed.value }, io)
    if (!written.ok) return failed(written.error)
    const paths = { dir, ca, issuingKey, adminKey, adminEntry }
    io.stdout(
      nextCommands({ ...paths, url, issuer, profile, admin, secret: keySecretName(issuer) }, io),
    )
    return ok(undefined)
  },
})

const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })

interface NewConfig {
  readonly issuer: string
  /** Path of the issuing CA's key; absent if the file is not there. */
  readonly issuingKey: string | undefined
  readonly hasCa: boolean
}

/** Without a CA, the configuration has no issuer, which is an error only when it is deployed. */
async function checkNewConfig(
  config: string,
  { issuer, issuingKey, hasCa }: NewConfig,
  io: Io,
): Promise<Result<void, Failure>> {
  const files = new Map(issuingKey === undefined ? [] : [[keySecretName(issuer), issuingKey]])
  const secrets = await readKeySecrets(config, { files, folder: undefined }, io)
  if (!secrets.ok) return failed(secrets.error)
  const needsKeys = issuingKey !== undefined
  const options = { secrets: secrets.value, needsKeys, nowMs: io.nowMs() }
  const errors = checkConfig(config, options).errors.filter(
    ({ path }) => hasCa || path !== '/issuers',
  )
  return errors.length > 0 ? failed(errorsMessage(CONFIG_FILE, errors)) : ok(undefined)
}
