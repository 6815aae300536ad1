import { err, ok, type Result } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import type { Failure } from '../command-line/exit-codes.ts'
import { optional, optionalOperand, repeated, type Values } from '../command-line/parameters.ts'
import { DIRECTORY, NAME, SECRET_FILE, text } from '../command-line/value-types.ts'
import { warningsMessage } from '../config/access-warnings.ts'
import { describeConfig } from '../config/describe-config.ts'
import { checkProject, type ProjectCheck } from '../project/check-project.ts'
import { newerSchemas } from '../project/deployed-schemas.ts'
import { findingsMessage, warningLines } from '../project/findings.ts'
import { keyFilesOf } from '../project/key-files.ts'
import { openProject } from '../project/open-project.ts'
import { wranglerBuild } from '../project/wrangler-build.ts'
import type { Io } from '../terminal/io.ts'
import { ADMIN_EXITS, ADMIN_PARAMETERS, askAdmin } from '../worker/connect-admin.ts'
import { checkRegistered } from './config-check.ts'

const parameters = {
  dir: optionalOperand(DIRECTORY, '.', 'folder of the project'),
  env: optional(
    NAME,
    'environment of wrangler.jsonc; when absent, every environment that has a configuration',
  ),
  secrets: optional(DIRECTORY, 'folder with the private keys, in files named like their secrets'),
  secret: repeated(SECRET_FILE, 'file with the private key of one secret'),
  ...ADMIN_PARAMETERS,
  url: optional(
    text('URL'),
    'deployed worker to compare with; when absent, the one of --context, or none',
  ),
  context: optional(NAME, 'context of the deployed worker to compare with'),
}

/** `edge-issuer worker check`. */
export const workerCheck = defineCommand({
  description: `
Checks a project before it is deployed, and lists every problem:

  - the configuration of each environment, like "config check": every error with its location, and with
    --secrets or --secret whether each private key belongs to its certificate
  - wrangler.jsonc: the Durable Objects that this version needs, and that publicUrl leads to the worker
  - package.json: exact versions, which are installed, and of edge-issuer the one of this command

With --url or --context it asks the deployed worker as well: an error if its tables are newer than this
version knows, since the ledger would then refuse every request, and a warning about clients that would
lose an issuer or a profile. Warnings do not change the exit code. wrangler runs this command before it
bundles, so that a plain "wrangler deploy" checks the same, except for the deployed worker.`,
  parameters,
  exits: ADMIN_EXITS,
  examples: [
    'edge-issuer worker check',
    'edge-issuer worker check --env production --secret CA_KEY_DEFAULT=ca/issuing/ca.key',
    'edge-issuer worker check ca-worker --env staging --context staging',
  ],
  run: async (values, io) => {
    const build = wranglerBuild(values.env, io)
    if (build === 'skip') return ok(undefined)
    if (build !== undefined && !build.ok) return err({ exit: 'failed', message: build.error })
    const checked = await checkAll(values, io)
    if (!checked.ok) return checked
    if (build !== undefined) return ok(undefined)
    return report(values, checked.value, io)
  },
})

async function checkAll(
  { dir, env, secrets, secret }: Values<typeof parameters>,
  io: Io,
): Promise<Result<ProjectCheck, Failure>> {
  const project = openProject(dir, io)
  if (!project.ok) return err({ exit: 'failed', message: project.error })
  const keys = keyFilesOf({ env, secrets, secret })
  if (!keys.ok) return err({ exit: 'usage', message: keys.error })
  const check = await checkProject(project.value, { environment: env, keys: keys.value }, io)
  io.stderr(warningLines(check.findings.warnings))
  return check.findings.errors.length > 0
    ? err({ exit: 'failed', message: findingsMessage(`"${dir}"`, check.findings.errors) })
    : ok(check)
}

/** Without a worker to ask, the ledger itself finds out: it does not start on newer tables. */
async function checkDeployedSchemas(
  flags: Values<typeof parameters>,
  io: Io,
): Promise<Result<void, Failure>> {
  if (flags.url === undefined && flags.context === undefined) return ok(undefined)
  const metrics = await askAdmin({ ...flags, json: false }, async (admin) => admin.metrics(), io)
  if (!metrics.ok) return metrics
  const errors = newerSchemas(metrics.value)
  return errors.length > 0
    ? err({ exit: 'failed', message: findingsMessage(`"${flags.dir}"`, errors) })
    : ok(undefined)
}

async function report(
  flags: Values<typeof parameters>,
  { environments, skipped }: ProjectCheck,
  io: Io,
): Promise<Result<void, Failure>> {
  const schemas = await checkDeployedSchemas(flags, io)
  if (!schemas.ok) return schemas
  for (const { name, path, text: configText = '', config, uncheckedSecrets } of environments) {
    const registered = await checkRegistered(flags, configText, io)
    if (!registered.ok) return registered
    if (config !== undefined) io.stdout(describeConfig(config))
    io.stderr(warningsMessage(registered.value))
    const keys =
      uncheckedSecrets.length === 0
        ? 'including its private keys'
        : `private keys were not checked: ${uncheckedSecrets.join(', ')}`
    io.stderr(`${name}: "${path}" is valid, ${keys}\n`)
  }
  for (const name of skipped) io.stderr(`${name}: skipped, since it has no configuration\n`)
  return ok(undefined)
}
