/**
 * The part of `worker check` as the custom build of wrangler.jsonc, which wrangler runs before it bundles.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import type { Io } from '../terminal/io.ts'

/** Set to `1` for a bundle that is not deployed, and by `worker deploy`, which has checked the project. */
export const BUNDLE_ONLY = 'EDGE_ISSUER_BUNDLE_ONLY'

/** Commands of wrangler that deploy nothing. */
const LOCAL = new Set(['dev', 'types'])

/**
 * Decides by `WRANGLER_COMMAND`, which wrangler sets for a custom build.
 *
 * @returns `undefined` outside of wrangler, `skip` when nothing is deployed; otherwise whether an environment is
 *   selected, since the top level of wrangler.jsonc is not deployed.
 */
export function wranglerBuild(
  environment: string | undefined,
  { env }: Io,
): Result<void, string> | 'skip' | undefined {
  const command = env['WRANGLER_COMMAND']
  if (command === undefined) return undefined
  if (LOCAL.has(command) || env[BUNDLE_ONLY] === '1') return 'skip'
  return environment === undefined
    ? err(
        'nothing is deployed: no environment of wrangler.jsonc is selected; run "edge-issuer worker deploy --env production", or wrangler with --env production',
      )
    : ok(undefined)
}
