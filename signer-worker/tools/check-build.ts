/**
 * Whether wrangler may go on: `wrangler deploy` knows nothing of configurations, and without `--env` it
 * deploys the top level of wrangler.toml, which is for local runs.
 *
 * @module
 */
import * as z from 'zod/mini'

/** What wrangler is about to do. */
export interface Build {
  /** Environment of wrangler.toml; `undefined` for its top level. */
  readonly environment: string | undefined
  /** `WRANGLER_COMMAND`, such as `dev` or `deploy`; wrangler sets it for every custom build. */
  readonly wranglerCommand: string | undefined
  /** `EDGE_ISSUER_BUNDLE_ONLY`: `1` for a bundle that is built and not deployed. */
  readonly bundleOnly: string | undefined
  /** @throws For a file that cannot be read. */
  readonly readText: (path: string) => Promise<string>
}

/** As much of a configuration as tells whether it is empty; `edge-issuer config check` checks all of it. */
const configSchema = z.object({
  issuers: z.record(z.string(), z.unknown()),
})

/** @returns Why nothing is built; `undefined` when the build goes on. */
export async function checkBuild({
  environment,
  wranglerCommand,
  bundleOnly,
  readText,
}: Build): Promise<string | undefined> {
  if (wranglerCommand === 'dev' || bundleOnly === '1') return undefined
  if (environment === undefined) {
    return (
      'nothing is deployed: no environment of wrangler.toml is selected, and the top level is for local runs; ' +
      'run "npm run deploy:worker -- --env production" (an environment of your own needs [env.NAME.build])'
    )
  }
  const path = `signer-worker/signer.config.${environment}.json`
  try {
    const { issuers } = configSchema.parse(JSON.parse(await readText(path)))
    if (Object.keys(issuers).length > 0) return undefined
  } catch (error) {
    return `nothing is deployed: cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`
  }
  return (
    `nothing is deployed: ${path} has no issuer, so the worker would refuse every request; ` +
    'put what "edge-issuer config init" makes there'
  )
}
