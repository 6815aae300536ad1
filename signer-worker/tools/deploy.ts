/**
 * Deploys the worker to an environment of wrangler.toml, after its configuration was checked:
 *
 *   npm run deploy:worker -- --env NAME [--secret NAME=FILE]... [--secrets DIR] [flags of wrangler deploy]
 *
 * `--secret` and `--secrets` go to "edge-issuer config check", which then looks at the keys too; they
 * are not sent anywhere.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { unstable_readConfig as readWranglerConfig } from 'wrangler'
import { deployWorker } from './deploy-worker.ts'

const CLI = join(import.meta.dirname, '../../cli/src/main.ts')
const WRANGLER = join(
  dirname(createRequire(import.meta.url).resolve('wrangler/package.json')),
  'bin/wrangler.js',
)

process.exitCode = await deployWorker(process.argv.slice(2), {
  readEnvironment: (env) => readWranglerConfig({ config: 'wrangler.toml', env }),
  checkConfig: async (args) => run([CLI, 'config', 'check', ...args]),
  readText: async (path) => readFile(path, 'utf8'),
  deploy: async (args) => run([WRANGLER, 'deploy', ...args]),
  complain: (message) => process.stderr.write(`deploy:worker: ${message}\n`),
})

/** Runs a program of Node's on this terminal. @returns Its exit code. */
async function run(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: 'inherit' })
  const [code] = await once(child, 'exit')
  return typeof code === 'number' ? code : 1
}
