/**
 * Whether a deployed Worker has the private keys that a configuration needs. Without one, the new deployment would
 * take its issuer out of service.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { putSecretCommand } from '../config/deploy-commands.ts'
import { keySecretsOf } from '../config/key-secrets.ts'
import { parseJson } from '../files/parse-json.ts'
import type { Io } from '../terminal/io.ts'
import type { Project } from './open-project.ts'
import { runWrangler } from './run-wrangler.ts'

/** What `wrangler secret list` prints. */
const listSchema = z.array(z.object({ name: z.string() }))

/** What it says about a Worker that was never deployed. */
const NOT_DEPLOYED = /Worker "[^"\n]*"(?: \(env: [^)\n]*\))? not found\./

/** An environment, and the text of its configuration. */
export interface Target {
  readonly environment: string
  readonly config: string
}

/** @returns An error if a secret is missing, or if the secrets cannot be listed. */
export async function checkDeployedSecrets(
  project: Project,
  { environment, config }: Target,
  io: Io,
): Promise<Result<void, string>> {
  const args = ['secret', 'list', '--env', environment, '--format', 'json']
  const run = await runWrangler(project, args, { io, isShown: false })
  if (!run.ok) return run
  const { problem, output, errors } = run.value
  if (problem !== undefined) {
    // A new Worker gets its secrets after the first deployment.
    if (NOT_DEPLOYED.test(errors)) return ok(undefined)
    io.stderr(errors)
    return err(`nothing is deployed: ${problem}`)
  }
  const listed = listSchema.safeParse(parseJson(output))
  if (!listed.success) return err('nothing is deployed: wrangler secret list printed no list')
  const deployed = new Set(listed.data.map(({ name }) => name))
  const missing = new Set([...keySecretsOf(config).values()].filter((name) => !deployed.has(name)))
  if (missing.size === 0) return ok(undefined)
  const lines = Array.from(
    missing,
    (name) => `  ${putSecretCommand(environment, { name, path: 'ISSUING_KEY_FILE' })}`,
  )
  return err(
    `nothing is deployed: the Worker of ${environment} lacks secrets with private keys, and issuers of this configuration would refuse every request; add them first:\n${lines.join('\n')}`,
  )
}
