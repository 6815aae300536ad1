/**
 * What wrangler makes of each environment, as far as it can be known without an account.
 *
 * @module
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, it } from 'vitest'
import { unstable_readConfig as readWranglerConfig } from 'wrangler'
import { z } from 'zod'
import { runWrangler } from './wrangler.ts'

/** Largest bundle that is deployed, compressed, in bytes. */
const MAX_BUNDLE_BYTES = 112_640

/** As each class of Durable Objects is declared. */
const OBJECT_CLASS = { type: 'durable-object', storage: 'sqlite' }

/** Worker module and configuration by the name of the environment; the top level has none. */
const MODULES = {
  '': ['worker.js', 'signer.config.json'],
  production: ['worker.js', 'signer.config.json'],
  staging: ['worker.staging.js', 'signer.config.staging.json'],
} as const
const ENVIRONMENTS = ['', 'production', 'staging'] as const

/** Wrangler takes its time on a machine with other work. */
const SLOW = { timeout: 300_000 }

const environmentSchema = z.object({
  name: z.string(),
  compatibility_date: z.string(),
  durable_objects: z.unknown(),
  exports: z.unknown(),
  observability: z.unknown(),
  minify: z.boolean(),
  preview_urls: z.boolean(),
  definedEnvironments: z.array(z.string()),
})

const read = (env: string): z.infer<typeof environmentSchema> =>
  environmentSchema.parse(readWranglerConfig({ config: 'wrangler.jsonc', env }))

describe('an environment of wrangler.jsonc', () => {
  it('is one of those that are tested here', ({ expect }) => {
    expect(['', ...read('').definedEnvironments]).toEqual(ENVIRONMENTS)
  })

  it.for(['staging', 'production'])(
    '%s differs from the top level by name only',
    (env, { expect }) => {
      const { name, ...rest } = read('')
      expect(read(env)).toEqual({ name: `${name}-${env}`, ...rest })
      expect(rest).toMatchObject({
        durable_objects: {
          bindings: [
            { name: 'LEDGER', class_name: 'Ledger' },
            { name: 'DIRECTORY', class_name: 'Directory' },
            { name: 'INDEX', class_name: 'CertificateIndex' },
            { name: 'GENESIS', class_name: 'Genesis' },
          ],
        },
        exports: {
          Ledger: OBJECT_CLASS,
          Directory: OBJECT_CLASS,
          CertificateIndex: OBJECT_CLASS,
          Genesis: OBJECT_CLASS,
        },
        observability: { enabled: true },
        preview_urls: false,
      })
    },
  )

  it.for(ENVIRONMENTS)(
    '"%s" is bundled with its own configuration as a module, and is small',
    SLOW,
    async (env, { expect, onTestFinished }) => {
      const home = await mkdtemp(join(tmpdir(), 'edge-issuer-bundle-'))
      onTestFinished(async () => rm(home, { recursive: true }))
      const out = join(home, 'out')
      const { code, stderr } = await runWrangler(
        ['deploy', '--dry-run', `--env=${env}`, '--outdir', out],
        home,
        { EDGE_ISSUER_BUNDLE_ONLY: '1' },
      )
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      const [module, config] = MODULES[env]
      expect((await readdir(out)).filter((name) => /config|\.js$/.test(name)).toSorted()).toEqual(
        [config, module].toSorted(),
      )
      const bundle = await readFile(join(out, module))
      expect(bundle.toString()).toContain(`from"./${config}"`)
      expect(gzipSync(bundle).length).toBeLessThanOrEqual(MAX_BUNDLE_BYTES)
    },
  )

  it.for([
    { args: [], problem: 'no environment of wrangler.jsonc is selected' },
    { args: ['--env', 'staging'], problem: 'signer.config.staging.json: /issuers: is empty' },
  ])('is not deployed as shipped: wrangler deploy $args', SLOW, async (row, { expect }) => {
    const home = await mkdtemp(join(tmpdir(), 'edge-issuer-bundle-'))
    const { code, stdout } = await runWrangler(['deploy', '--dry-run', ...row.args], home)
    await rm(home, { recursive: true })
    expect(code).toBe(1)
    expect(stdout).toContain(row.problem)
    expect(stdout).not.toContain('--dry-run: exiting now.')
  })
})
