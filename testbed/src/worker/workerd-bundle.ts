/**
 * The signer worker as it is deployed: bundled by wrangler, once for each state of the sources.
 * @module
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { cacheFolder } from '../go-build/cached-build.ts'
import { runCommand } from '../processes/process.ts'
import { hashSources } from './worker-library.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** Everything that the bundle is made from; dependencies through the lock file. */
const SOURCES = [
  'signer-worker/{src/**/*.ts,*.ts,*.json}',
  'shared/{src/**/*.ts,*.json}',
  'wrangler.jsonc',
  'package-lock.json',
]

const require = createRequire(import.meta.url)

/** @returns the path of the bundle in the user's cache; bundles the worker if it is not there. */
export async function cachedBundle(): Promise<string> {
  const folder = cacheFolder('worker', process.env)
  await mkdir(folder, { recursive: true })
  return bundleWorker(folder)
}

/**
 * Bundles the worker as `wrangler deploy` would.
 * @param cacheDirectory - exists; a bundle of the same sources is taken from it
 * @returns the path of the ES module
 * @throws Error with wrangler's output when it fails
 */
export async function bundleWorker(cacheDirectory: string): Promise<string> {
  const bundle = join(cacheDirectory, `worker-${await hashSources(SOURCES)}.js`)
  if (existsSync(bundle)) return bundle
  const output = await mkdtemp(join(cacheDirectory, 'bundle-'))
  const { code, stdout, stderr } = await runCommand({
    command: process.execPath,
    args: [
      join(dirname(require.resolve('wrangler/package.json')), 'bin', 'wrangler.js'),
      'deploy',
      '--dry-run',
      // The top level of wrangler.jsonc.
      '--env=',
      '--outdir',
      output,
      '--config',
      join(ROOT, 'wrangler.jsonc'),
    ],
    cwd: ROOT,
    // Wrangler keeps its logs and its account below HOME; a bundle needs neither. Without its banner it
    // asks no registry for a newer version.
    env: {
      PATH: process.env['PATH'],
      HOME: output,
      EDGE_ISSUER_BUNDLE_ONLY: '1',
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_HIDE_BANNER: 'true',
      NO_COLOR: '1',
    },
  })
  if (code !== 0) throw new Error(`wrangler could not bundle the worker:\n${stdout}${stderr}`)
  // Renamed when complete: a caller that finds the bundle finds all of it.
  await rename(join(output, 'worker.js'), bundle)
  await rm(output, { recursive: true })
  return bundle
}

/** The `workerd` that wrangler itself runs: a native program, so its pid is the process. */
export function workerdPath(): string {
  const ofWrangler = createRequire(require.resolve('wrangler/package.json'))
  const module: unknown = ofWrangler('workerd')
  if (typeof module === 'object' && module !== null && 'default' in module) {
    if (typeof module.default === 'string') return module.default
  }
  throw new Error('the workerd package does not name its program')
}

/** The compatibility date of `wrangler.jsonc`, so that the process behaves as the deployed worker. */
export async function compatibilityDate(): Promise<string> {
  const text = await readFile(join(ROOT, 'wrangler.jsonc'), 'utf8')
  const date = /"compatibility_date": "(\d{4}-\d\d-\d\d)"/.exec(text)?.[1]
  if (date === undefined) throw new Error('wrangler.jsonc has no compatibility_date')
  return date
}
