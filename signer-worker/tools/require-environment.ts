/**
 * The custom build of wrangler.toml, which wrangler runs before it bundles: ends with 1 where a deployment
 * would make a Worker that refuses every request.
 *
 *   node signer-worker/tools/require-environment.ts [ENVIRONMENT]
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { checkBuild } from './check-build.ts'

const problem = await checkBuild({
  environment: process.argv[2],
  wranglerCommand: process.env['WRANGLER_COMMAND'],
  bundleOnly: process.env['EDGE_ISSUER_BUNDLE_ONLY'],
  readText: async (path) => readFile(path, 'utf8'),
})
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`)
  process.exitCode = 1
}
