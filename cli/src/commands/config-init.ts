import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { CA_PATHS } from '../ca/ca-folder.ts'
import { type Access, accessParameters, MISSING_ACCESS, readAccess } from '../client/access.ts'
import {
  completeEntry,
  hasAccess,
  type ReadEntry,
  readClientEntries,
} from '../client/client-entry.ts'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { defaulted, optional, repeated, required, type Values } from '../command-line/parameters.ts'
import { DIRECTORY, FILE, NAME, text } from '../command-line/value-types.ts'
import { assembleConfig, keySecretName } from '../config/assemble-config.ts'
import { errorsMessage, checkConfig, warningsMessage } from '../config/check-config.ts'
import {
  configFileOf,
  deployCommand,
  environmentOf,
  putSecretCommand,
} from '../config/deploy-commands.ts'
import { readKeySecrets } from '../config/key-secrets.ts'
import { readText } from '../files/read-input.ts'
import { writeNewFiles } from '../files/write-new-files.ts'
import type { Io } from '../terminal/io.ts'

const parameters = {
  url: required(text('URL'), 'publicUrl: the https URL of the worker for its clients'),
  ca: required(DIRECTORY, 'folder that ca init created'),
  client: repeated(FILE, 'file that client create wrote; at least one is required'),
  issuer: defaulted(NAME, 'default', 'name of the issuer in the configuration'),
  profile: defaulted(
    NAME,
    'default',
    'name of the profile in the configuration, whose options have their defaults',
  ),
  ...accessParameters,
  out: optional(FILE, 'file to write instead of printing'),
  env: optional(
    NAME,
    'environment of wrangler.toml in the commands to run next; when absent, taken from the name of --out, or production',
  ),
}

/** `edge-issuer config init`. */
export const configInit = defineCommand({
  description: `
Creates a complete signer.config.json with the issuing CA, the default profile and the clients. It
contains no secret. The entry of each client limits what the client may request; for an entry without
limits, give them with the flags that begin with --allow, or with --unrestricted. The command checks
the result like "config check", with the issuing key if it is still in the folder, and writes or
prints only a valid configuration.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer config init --url https://ca.example.com --ca ca --client cluster-1.client.json > signer-worker/signer.config.production.json',
  ],
  run: async (values, io) => {
    const { ca, issuer, out } = values
    const parts = await readParts(values, io)
    if (!parts.ok) return parts
    const { chainPem, clients } = parts.value
    const config = assembleConfig({
      publicUrl: values.url,
      issuer,
      chainPem,
      profile: values.profile,
      clients,
    })
    const keyPath = join(ca, CA_PATHS.issuingKey)
    const hasKey = existsSync(resolve(io.cwd, keyPath))
    const files = new Map(hasKey ? [[keySecretName(issuer), keyPath]] : [])
    const secrets = await readKeySecrets(config, { files, folder: undefined }, io)
    if (!secrets.ok) return failed(secrets.error)
    const options = { secrets: secrets.value, needsKeys: hasKey, nowMs: io.nowMs() }
    const { errors } = checkConfig(config, options)
    if (errors.length > 0) return failed(errorsMessage('the configuration', errors))
    if (out === undefined) {
      io.stdout(config)
    } else {
      const written = await writeNewFiles([{ path: out, text: config, isPrivate: false }], io)
      if (!written.ok) return failed(written.error)
    }
    io.stderr(warningsMessage(config))
    const environment = values.env ?? environmentOf(out)
    io.stderr(nextSteps({ issuer, keyPath, hasKey, out, environment }))
    return ok(undefined)
  },
})

const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })

interface Parts {
  readonly chainPem: string
  readonly clients: Readonly<Record<string, unknown>>
}

async function readParts(
  values: Values<typeof parameters>,
  io: Io,
): Promise<Result<Parts, Failure>> {
  const { ca, client } = values
  if (client.length === 0)
    return err({ exit: 'usage', message: '--client: at least one file is required' })
  const access = readAccess(values)
  if (!access.ok) return err({ exit: 'usage', message: access.error })
  const chain = await readText(join(ca, CA_PATHS.chain), io)
  if (!chain.ok) return failed(`--ca: ${chain.error}`)
  const clients = new Map<string, ReadEntry>()
  for (const path of client) {
    const content = await readText(path, io)
    if (!content.ok) return failed(`--client: ${content.error}`)
    const entries = readClientEntries(content.value, path)
    if (!entries.ok) return failed(`--client: ${entries.error}`)
    for (const [name, entry] of Object.entries(entries.value)) {
      if (clients.has(name))
        return failed(
          `--client: "${path}" contains client "${name}", which an earlier file also contains`,
        )
      clients.set(name, entry)
    }
  }
  const completed = completeClients(clients, access.value)
  return completed.ok ? ok({ chainPem: chain.value, clients: completed.value }) : completed
}

/** Access of a client must be given exactly once: in its entry, or by flags. */
function completeClients(
  clients: ReadonlyMap<string, ReadEntry>,
  access: Access | undefined,
): Result<Readonly<Record<string, unknown>>, Failure> {
  const incomplete = [...clients].filter(([, entry]) => !hasAccess(entry)).map(([name]) => name)
  if (access === undefined && incomplete.length > 0) {
    return err({
      exit: 'usage',
      message: `for client "${incomplete.join('", "')}", ${MISSING_ACCESS}`,
    })
  }
  if (access !== undefined && incomplete.length === 0) {
    const message =
      'the --allow flags and --unrestricted have no effect, since every entry already limits its client; remove the flags, or edit the entries'
    return err({ exit: 'usage', message })
  }
  const completed = [...clients].map(([name, entry]) => [name, completeEntry(entry, access)])
  return ok(Object.fromEntries(completed))
}

interface NextSteps {
  readonly issuer: string
  readonly keyPath: string
  readonly hasKey: boolean
  /** Absent when the configuration was printed. */
  readonly out: string | undefined
  readonly environment: string
}

function nextSteps({ issuer, keyPath, hasKey, out, environment }: NextSteps): string {
  const name = keySecretName(issuer)
  const unchecked = hasKey
    ? ''
    : `; its private key was not checked, since ${keyPath} does not exist`
  const secret = { name, path: hasKey ? keyPath : 'ISSUING_KEY_FILE' }
  return `The configuration is valid${unchecked}.

Next:
  1. Save ${out ?? 'the output'} as ${configFileOf(environment)}, unless it is there.
  2. ${deployCommand(environment, secret)}
  3. ${putSecretCommand(environment, secret)}
     Then keep that key offline, or delete it.
`
}
