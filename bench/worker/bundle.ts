/**
 * Bundles the benchmark's worker. Code reached through `probe.ts` is bundled a second time, with
 * `observed-crypto.ts` in the place of `node:crypto`, so that the code that is timed stays as it is.
 *
 * @module
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build, type Plugin } from 'rolldown'

const INSIDE = join(import.meta.dirname, 'inside')
const PROBE = join(INSIDE, 'probe.ts')
const OBSERVED_CRYPTO = join(INSIDE, 'observed-crypto.ts')
/** Ends the ids of the second copy. */
const COPY = '?observed'

const secondCopy: Plugin = {
  name: 'second-copy',
  resolveId: {
    order: 'pre',
    handler: async function resolveInCopy(source, importer, options) {
      const isInCopy = importer === PROBE || importer?.endsWith(COPY) === true
      if (isInCopy && source === 'node:crypto') return OBSERVED_CRYPTO
      if (/^(node|cloudflare):/.test(source)) return { id: source, external: true }
      if (!isInCopy) return null
      const from = importer.replace(COPY, '')
      const resolved = await this.resolve(source, from, { ...options, skipSelf: true })
      if (resolved === null || Boolean(resolved.external) || resolved.id === OBSERVED_CRYPTO) {
        return resolved
      }
      return { id: resolved.id + COPY }
    },
  },
  load: async (id) =>
    id.endsWith(COPY)
      ? {
          code: await readFile(id.slice(0, -COPY.length), 'utf8'),
          moduleType: id.endsWith(`.ts${COPY}`) ? 'ts' : 'js',
        }
      : null,
}

/**
 * @param file - Where the ES module is written.
 * @throws with the bundler's words when a part of the product cannot be bundled
 */
export async function bundleBenchWorker(file: string): Promise<void> {
  await build({
    input: join(INSIDE, 'entry.ts'),
    platform: 'neutral',
    resolve: { mainFields: ['module', 'main'], conditionNames: ['import', 'default'] },
    plugins: [secondCopy],
    logLevel: 'warn',
    output: { file, format: 'esm', minify: true, codeSplitting: false },
  })
}
