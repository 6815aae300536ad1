import { join } from 'node:path'
import { err, ok, type Result } from '@edge-issuer/shared'
import { CA_PATHS } from '../ca/ca-folder.ts'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { defaulted, optional, repeated, required, type Values } from '../command-line/parameters.ts'
import { DIRECTORY, FILE, NAME, text } from '../command-line/value-types.ts'
import { type AdminEntries, readAdminEntries } from '../config/admin-entries.ts'
import { assembleConfig, keySecretName } from '../config/assemble-config.ts'
import { checkWithKey, keyNote } from '../config/check-with-key.ts'
import {
  configNameOf,
  deployCommand,
  environmentOf,
  putSecretCommand,
} from '../config/deploy-commands.ts'
import { readText } from '../files/read-input.ts'
import { writeNewFiles } from '../files/write-new-files.ts'
import type { Io } from '../terminal/io.ts'
import { shellWord } from '../terminal/shell-word.ts'

const parameters = {
  url: required(text('URL'), 'publicUrl: the https URL of the worker for its clients'),
  ca: required(DIRECTORY, 'folder that ca init created'),
  admin: repeated(
    FILE,
    'file that admin create wrote; at least one with the role admin is required',
  ),
  issuer: defaulted(NAME, 'default', 'name of the issuer in the configuration'),
  profile: defaulted(
    NAME,
    'default',
    'name of the profile in the configuration, whose options have their defaults',
  ),
  out: optional(FILE, 'file to write instead of printing'),
  env: optional(
    NAME,
    'environment of wrangler.jsonc in the commands to run next; when absent, taken from the name of --out, or production',
  ),
}

/** `edge-issuer config init`. */
export const configInit = defineCommand({
  description: `
Creates a complete signer.config.json with the issuing CA, the default profile and the admins. It
contains no secret, and no clients: an admin with the role admin registers them once the worker runs.
The command checks the result like "config check", with the issuing key if it is still in the folder,
and writes or prints only a valid configuration.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer config init --url https://ca.example.com --ca ca --admin alice.admin.json --out signer.config.json',
  ],
  run: async (values, io) => {
    const { ca, issuer, out } = values
    const parts = await readParts(values, io)
    if (!parts.ok) return parts
    const { chainPem, admins } = parts.value
    const config = assembleConfig({
      publicUrl: values.url,
      issuer,
      chainPem,
      profile: values.profile,
      admins,
    })
    const keyPath = join(ca, CA_PATHS.issuingKey)
    const secret = { name: keySecretName(issuer), path: keyPath }
    const hasKey = await checkWithKey(config, secret, io)
    if (!hasKey.ok) return failed(hasKey.error)
    if (out === undefined) {
      io.stdout(config)
    } else {
      const written = await writeNewFiles([{ path: out, text: config, isPrivate: false }], io)
      if (!written.ok) return failed(written.error)
    }
    const environment = values.env ?? environmentOf(out)
    io.stderr(
      nextSteps({ url: values.url, issuer, keyPath, hasKey: hasKey.value, out, environment }),
    )
    return ok(undefined)
  },
})

const failed = (message: string): Result<never, Failure> => err({ exit: 'failed', message })

interface Parts {
  readonly chainPem: string
  readonly admins: AdminEntries
}

async function readParts(
  { ca, admin: paths }: Values<typeof parameters>,
  io: Io,
): Promise<Result<Parts, Failure>> {
  if (paths.length === 0) {
    const message =
      '--admin: at least one file is required, since without an admin no client can be registered; "edge-issuer admin create NAME --role admin" creates one'
    return err({ exit: 'usage', message })
  }
  const chain = await readText(join(ca, CA_PATHS.chain), io)
  if (!chain.ok) return failed(`--ca: ${chain.error}`)
  const admins = await readAdmins(paths, io)
  return admins.ok
    ? ok({ chainPem: chain.value, admins: admins.value })
    : failed(`--admin: ${admins.error}`)
}

async function readAdmins(paths: readonly string[], io: Io): Promise<Result<AdminEntries, string>> {
  const admins = new Map<string, AdminEntries[string]>()
  for (const path of paths) {
    const content = await readText(path, io)
    if (!content.ok) return content
    const entries = readAdminEntries(content.value, `"${path}"`)
    if (!entries.ok) return entries
    for (const [name, entry] of Object.entries(entries.value)) {
      if (admins.has(name)) {
        return err(`"${path}" contains admin "${name}", which an earlier file also contains`)
      }
      admins.set(name, entry)
    }
  }
  return [...admins.values()].some(({ role }) => role === 'admin')
    ? ok(Object.fromEntries(admins))
    : err(NO_REGISTRAR)
}

const NO_REGISTRAR =
  'no admin has the role admin, and without one no client can be registered; create one with "edge-issuer admin create NAME --role admin"'

interface NextSteps {
  readonly url: string
  readonly issuer: string
  readonly keyPath: string
  readonly hasKey: boolean
  /** Absent when the configuration was printed. */
  readonly out: string | undefined
  readonly environment: string
}

function nextSteps({ url, issuer, keyPath, hasKey, out, environment }: NextSteps): string {
  const name = keySecretName(issuer)
  const secret = { name, path: hasKey ? keyPath : 'ISSUING_KEY_FILE' }
  return `The configuration is valid${keyNote(hasKey, keyPath)}.

Next:
  1. Save ${out ?? 'the output'} as ${configNameOf(environment)}, unless it is there.
  2. ${deployCommand(environment, secret)}
  3. ${putSecretCommand(environment, secret)}
     Then keep that key offline, or delete it.
  4. edge-issuer context add ${environment} --url ${shellWord(url)} --key ADMIN_KEY_FILE
  5. edge-issuer clients add cluster-1 --from-cluster --allow-dns '*.example.internal'
`
}
