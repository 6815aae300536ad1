import { err, ok } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import { optional, optionalOperand, repeated, required, rest } from '../command-line/parameters.ts'
import { DIRECTORY, NAME, SECRET_FILE } from '../command-line/value-types.ts'
import { checkProject } from '../project/check-project.ts'
import { checkDeployedSecrets } from '../project/deployed-secrets.ts'
import { findingsMessage, warningLines } from '../project/findings.ts'
import { keyFilesOf } from '../project/key-files.ts'
import { openProject } from '../project/open-project.ts'
import { runWranglerDeploy } from '../project/run-wrangler.ts'

/** `edge-issuer worker deploy`. */
export const workerDeploy = defineCommand({
  description: `
Checks an environment of a project like "worker check", and deploys it with the wrangler that is
installed in the project. With any problem nothing is deployed. Private keys that --secrets or --secret
name are only compared with their certificates; "wrangler secret put" uploads one. A Worker that is
deployed already must have every private key that the configuration names ("wrangler secret list").`,
  parameters: {
    dir: optionalOperand(DIRECTORY, '.', 'folder of the project'),
    env: required(NAME, 'environment of wrangler.jsonc'),
    secrets: optional(DIRECTORY, 'folder with the private keys, in files named like their secrets'),
    secret: repeated(SECRET_FILE, 'file with the private key of one secret'),
    wranglerArguments: rest('arguments for "wrangler deploy"'),
  },
  exits: ['done', 'failed', 'usage'],
  examples: [
    'edge-issuer worker deploy --env production',
    'edge-issuer worker deploy ca-worker --env staging --secret CA_KEY_DEFAULT=ca/issuing/ca.key',
    'edge-issuer worker deploy --env production -- --dry-run --outdir out',
  ],
  run: async ({ dir, wranglerArguments, ...flags }, io) => {
    const { env } = flags
    const project = openProject(dir, io)
    if (!project.ok) return err({ exit: 'failed', message: project.error })
    const keys = keyFilesOf(flags)
    if (!keys.ok) return err({ exit: 'usage', message: keys.error })
    const { findings, environments } = await checkProject(
      project.value,
      { environment: env, keys: keys.value },
      io,
    )
    io.stderr(warningLines(findings.warnings))
    if (findings.errors.length > 0) {
      const message = `nothing is deployed: ${findingsMessage(`"${dir}"`, findings.errors)}`
      return err({ exit: 'failed', message })
    }
    const unchecked = environments.flatMap(({ uncheckedSecrets }) => uncheckedSecrets)
    const keysText =
      unchecked.length === 0
        ? 'including its private keys'
        : `private keys were not checked: ${unchecked.join(', ')}`
    io.stderr(`${env} is valid, ${keysText}\n`)
    for (const { text } of isDryRun(wranglerArguments) ? [] : environments) {
      const target = { environment: env, config: text ?? '' }
      const secrets = await checkDeployedSecrets(project.value, target, io)
      if (!secrets.ok) return err({ exit: 'failed', message: secrets.error })
    }
    const deployed = await runWranglerDeploy(
      project.value,
      ['--env', env, ...wranglerArguments],
      io,
    )
    return deployed.ok ? ok(undefined) : err({ exit: 'failed', message: deployed.error })
  },
})

const isDryRun = (wranglerArguments: readonly string[]): boolean =>
  wranglerArguments.some((one) => /^--dry-?run(?:=true)?$/i.test(one))
