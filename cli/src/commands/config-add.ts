import { dirname, join, resolve } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { CA_PATHS } from '../ca/ca-folder.ts'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import {
  operand,
  optional,
  repeated,
  toggle,
  type Values,
  type ValueType,
} from '../command-line/parameters.ts'
import { choice, DIRECTORY, FILE, NAME } from '../command-line/value-types.ts'
import { addAdmins } from '../config/add-admins.ts'
import { type AddedIssuer, addIssuer } from '../config/add-issuer.ts'
import { checkWithKey, keyNote } from '../config/check-with-key.ts'
import {
  checkCommand,
  configNameOf,
  deployCommand,
  environmentOf,
  putSecretCommand,
  type SecretFile,
} from '../config/deploy-commands.ts'
import { readText } from '../files/read-input.ts'
import { replaceFile } from '../files/write-new-files.ts'
import type { Io } from '../terminal/io.ts'
import { shellWord } from '../terminal/shell-word.ts'

const KINDS = ['admin', 'issuer'] as const

/** Clients are not part of a configuration. */
const KIND: ValueType<(typeof KINDS)[number]> = {
  placeholder: 'KIND',
  suggestions: KINDS,
  parse: (text) =>
    text === 'client'
      ? err(
          'clients are not part of the configuration; register them with "edge-issuer clients add" or "edge-issuer clients apply"',
        )
      : choice('KIND', KINDS).parse(text),
}

const parameters = {
  kind: operand(KIND, 'admin or issuer'),
  entry: operand(
    { ...FILE, placeholder: 'FILE|NAME' },
    'for an admin, the file that admin create wrote; for an issuer, its name',
  ),
  ca: optional(DIRECTORY, 'for an issuer: folder that ca init created; required'),
  profile: repeated(
    NAME,
    'for an issuer: profile of its certificates, which is created with its defaults if the configuration does not have it; when absent, default',
  ),
  config: optional(
    FILE,
    'configuration to change; when absent, signer.config.json, or signer.config.ENV.json for another environment than production',
  ),
  env: optional(
    NAME,
    'environment of wrangler.jsonc; when absent, taken from the name of --config, or production',
  ),
  print: toggle('print the result instead of changing the file'),
}

type AddValues = Values<typeof parameters>

/** `edge-issuer config add`. */
export const configAdd = defineCommand({
  description: `
Adds an admin or an issuer to the worker's configuration. Everything else in the file stays unchanged.
Names, and public keys of admins, must not be in the configuration yet. The command checks the result
like "config check", with the key of an added CA if it is in its folder, and replaces the file only if
the result is valid. Clients are not part of the configuration: "clients add" and "clients apply"
register them.

An issuer has a CA of its own, whose key becomes another secret of the worker. A client may use it once
its entry names it under "issuers".`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer config add admin alice.admin.json',
    'edge-issuer config add admin alice.admin.json --env staging',
    'edge-issuer config add issuer mesh --ca ../mesh-ca --profile mesh',
    'edge-issuer config add issuer mesh --ca ../mesh-ca --config signer.config.json --print',
  ],
  run: async (values, io) => {
    const { kind, config, print: isPrinted } = values
    const environment = values.env ?? environmentOf(config)
    const path = config ?? configNameOf(environment)
    const before = await readText(path, io)
    if (!before.ok) return failed(`--config: ${before.error}`)
    const target = { path, text: before.value, environment, isPrinted }
    const addition = await (kind === 'admin' ? admins : issuer)(values, target, io)
    if (!addition.ok) return addition
    const { text, what, note = '', next } = addition.value
    if (isPrinted) io.stdout(text)
    const written = isPrinted ? ok(undefined) : await replaceFile(path, text, io)
    if (!written.ok) return failed(written.error)
    io.stderr(`Added ${what}${isPrinted ? '' : ` to ${path}`}${note}.

Next:
${next.map((line) => `  ${line}\n`).join('')}`)
    return ok(undefined)
  },
})

const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })

/** The configuration to change. */
interface Target {
  readonly path: string
  readonly text: string
  readonly environment: string
  readonly isPrinted: boolean
}

/** A changed configuration, which is valid. */
interface Addition {
  readonly text: string
  /** What was added, for the report. */
  readonly what: string
  /** What else to report in the same sentence. */
  readonly note?: string
  readonly next: readonly string[]
}

async function admins(
  { entry: file, ca, profile }: AddValues,
  { path, text, environment }: Target,
  io: Io,
): Promise<Result<Addition, Failure>> {
  if (ca !== undefined || profile.length > 0) {
    const message = '--ca and --profile are about issuers; remove them for an admin'
    return err({ exit: 'usage', message })
  }
  const entries = await readText(file, io)
  if (!entries.ok) return failed(entries.error)
  const added = addAdmins(text, entries.value)
  if (!added.ok) return failed(`cannot add "${file}" to "${path}": ${added.error}`)
  const { names, text: changed } = added.value
  const checked = await checkWithKey(changed, undefined, io)
  if (!checked.ok) return failed(checked.error)
  return ok({
    text: changed,
    what: `admin ${names.join(', ')}`,
    next: [deployCommand(environment)],
  })
}

async function issuer(
  { entry, ca, profile }: AddValues,
  target: Target,
  io: Io,
): Promise<Result<Addition, Failure>> {
  const name = NAME.parse(entry)
  if (!name.ok) return err({ exit: 'usage', message: name.error })
  if (ca === undefined) {
    return err({ exit: 'usage', message: '--ca: the flag is required for an issuer' })
  }
  const chain = await readText(join(ca, CA_PATHS.chain), io)
  if (!chain.ok) return failed(`--ca: ${chain.error}`)
  const profiles = profile.length === 0 ? ['default'] : profile
  const added = addIssuer(target.text, { name: name.value, chainPem: chain.value, profiles })
  if (!added.ok) return failed(`cannot add issuer "${entry}" to "${target.path}": ${added.error}`)
  const { text, keySecret, created } = added.value
  const keyPath = join(ca, CA_PATHS.issuingKey)
  const hasKey = await checkWithKey(text, { name: keySecret, path: keyPath }, io)
  if (!hasKey.ok) return failed(hasKey.error)
  const path = hasKey.value ? resolve(io.cwd, keyPath) : 'ISSUING_KEY_FILE'
  const profileNote =
    created.length === 0 ? '' : `, and profile ${created.join(', ')} with the default options`
  return ok({
    text,
    what: `issuer ${entry}`,
    note: `${profileNote}${keyNote(hasKey.value, keyPath)}`,
    next: issuerSteps(
      { ...added.value, name: entry, profiles, secret: { name: keySecret, path } },
      target,
      io,
    ),
  })
}

interface NewIssuer extends Pick<AddedIssuer, 'isFirst'> {
  readonly name: string
  readonly profiles: readonly string[]
  readonly secret: SecretFile
}

function issuerSteps(
  { name, profiles, secret, isFirst }: NewIssuer,
  { path, environment, isPrinted }: Target,
  { cwd }: Io,
): readonly string[] {
  const folder = dirname(path)
  const isElsewhere = resolve(cwd, folder) !== cwd
  const put = `${putSecretCommand(environment, secret)}\n     Then keep that key offline, or delete it.`
  const deploy = deployCommand(environment)
  const steps = [
    ...(isPrinted ? [`Save the output as ${configNameOf(environment)}, unless it is there.`] : []),
    ...(isElsewhere ? [`cd ${shellWord(folder)}`] : []),
    checkCommand(environment, secret),
    // A Worker that is not deployed yet has no secrets; one that is deployed must have the key first.
    ...(isFirst ? [deploy, put] : [put, deploy]),
    `Let clients use it: "issuers" of a client must have ${name}, and "profiles" ${profiles.join(' or ')}.
     For a new client: edge-issuer clients add CLIENT --from-cluster --issuer ${name}${profileFlags(profiles)} --allow-dns '*.example.internal'
     For others: change their entries in the file of "edge-issuer clients apply", which "edge-issuer clients export" writes.`,
    `edge-issuer issuer manifest --client CLIENT --issuer ${name} --name ${name} | kubectl apply -f -`,
  ]
  return steps.map((step, index) => `${String(index + 1)}. ${step}`)
}

const profileFlags = (profiles: readonly string[]): string =>
  profiles.map((profile) => ` --profile ${profile}`).join('')
