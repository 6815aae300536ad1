/**
 * The signing worker as a library, one minified ES module: `edge-issuer/worker` of the npm package.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { glob, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { cacheFolder } from '../go-build/cached-build.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** Every file that the module is made from; dependencies through the lock file. */
const SOURCES = [
  'signer-worker/{src/**/*.ts,package.json}',
  'shared/{src/**/*.ts,package.json}',
  'testbed/src/worker/worker-library.ts',
  'package-lock.json',
]

/** @returns Path of the module in the user's cache; builds it if it does not exist. */
export async function cachedWorkerLibrary(): Promise<string> {
  const cache = cacheFolder('worker-library', process.env)
  const file = join(cache, `index-${await hashSources(SOURCES)}.mjs`)
  if (existsSync(file)) return file
  await mkdir(cache, { recursive: true })
  const draft = await mkdtemp(join(cache, 'draft-'))
  await buildWorkerLibrary(join(draft, 'index.mjs'))
  // Renamed when complete: a caller never finds a part of it.
  await rename(join(draft, 'index.mjs'), file)
  await rm(draft, { recursive: true })
  return file
}

/**
 * Builds the module.
 *
 * @param file - Path to write.
 * @returns Paths of all modules in it.
 */
export async function buildWorkerLibrary(file: string): Promise<readonly string[]> {
  await using build = await rolldown({
    cwd: ROOT,
    input: 'signer-worker/src/index.ts',
    platform: 'neutral',
    external: /^(cloudflare|node):/u,
    // As wrangler resolves dependencies.
    resolve: { conditionNames: ['workerd', 'worker', 'browser', 'import'] },
  })
  const { output } = await build.write({ file, format: 'esm', minify: true, comments: false })
  const [module, ...more] = output
  if (more.length > 0) throw new Error('the worker library is not one file')
  return module.moduleIds
}

/**
 * Hashes files, for the name of what is built from them.
 *
 * @param patterns - Relative to the checkout.
 */
export async function hashSources(patterns: readonly string[]): Promise<string> {
  const paths: string[] = []
  for await (const path of glob(patterns, { cwd: ROOT })) paths.push(path)
  const hash = createHash('sha256')
  for (const path of paths.toSorted()) hash.update(path).update(await readFile(join(ROOT, path)))
  return hash.digest('hex').slice(0, 16)
}
