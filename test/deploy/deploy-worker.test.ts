/**
 * `npm run deploy:worker` up to the point where an account is needed.
 *
 * @module
 */
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { mustRunCli, runCli } from '@edge-issuer/testbed/cli'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { unstable_readConfig as readWranglerConfig } from 'wrangler'
import { deployWorker } from '../../signer-worker/tools/deploy-worker.ts'
import { wranglerEnv } from './wrangler.ts'

const REPOSITORY = resolve(import.meta.dirname, '../..')
const STAGING_URL = 'https://edge-issuer-signer-staging.acme.workers.dev'
const CONFIG = 'signer-worker/signer.config.staging.json'

/** Wrangler and the command each start a process of their own, and another. */
const SLOW = { timeout: 300_000 }

/** A checkout whose configurations are its own. */
let checkout: string

beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'edge-issuer-checkout-'))
  await mkdir(join(checkout, 'signer-worker/tools'), { recursive: true })
  for (const path of ['node_modules', 'shared', 'signer-worker/src']) {
    await symlink(join(REPOSITORY, path), join(checkout, path))
  }
  for (const path of [
    'tsconfig.json',
    'wrangler.toml',
    'signer-worker/worker.ts',
    'signer-worker/tsconfig.json',
    'signer-worker/tsconfig.staging.json',
    'signer-worker/tools/check-build.ts',
    'signer-worker/tools/require-environment.ts',
  ]) {
    await copyFile(join(REPOSITORY, path), join(checkout, path))
  }
  const scene = { cwd: checkout }
  await mustRunCli(['ca', 'init'], scene)
  await mustRunCli(['admin', 'create', 'alice', '--role', 'admin'], scene)
  const init = `config init --url ${STAGING_URL} --ca ca --admin alice.admin.json`
  await mustRunCli([...init.split(' '), '--out', CONFIG], scene)
  await copyFile(
    join(checkout, CONFIG),
    join(checkout, 'signer-worker/signer.config.production.json'),
  )
})

afterAll(async () => rm(checkout, { recursive: true, force: true }))

/** Everything but wrangler's deployment, whose arguments are kept. */
async function deploy(args: string): Promise<{
  readonly code: number
  readonly said: string
  readonly deployed: readonly string[] | undefined
}> {
  let said = ''
  let deployed: readonly string[] | undefined
  const code = await deployWorker(args.split(' '), {
    readEnvironment: (env) => readWranglerConfig({ config: join(checkout, 'wrangler.toml'), env }),
    checkConfig: async (checkArgs) => {
      const result = await runCli(['config', 'check', ...checkArgs], { cwd: checkout })
      said += result.stderr
      return result.code
    },
    readText: async (path) => readFile(join(checkout, path), 'utf8'),
    deploy: async (deployArgs) => {
      deployed = deployArgs
      return Promise.resolve(7)
    },
    complain: (message) => {
      said += message
    },
  })
  return { code, said, deployed }
}

describe('deploy:worker', () => {
  it('bundles the configuration of its environment', SLOW, async ({ expect }) => {
    const flags = '--env staging --dry-run --outdir out --secret CA_KEY_DEFAULT=ca/issuing/ca.key'
    const { code, stdout, stderr } = await runCommand({
      command: process.execPath,
      args: [join(REPOSITORY, 'signer-worker/tools/deploy.ts'), ...flags.split(' ')],
      cwd: checkout,
      env: wranglerEnv(checkout),
    })
    expect(stderr).toBe(`"${CONFIG}" is valid, including its private keys\n`)
    expect(code).toBe(0)
    expect(stdout).toContain(`url       ${STAGING_URL}`)
    expect(stdout).toContain('--dry-run: exiting now.')
    expect(await readFile(join(checkout, 'out/worker.js'), 'utf8')).toContain('alice')
  })

  it('gives wrangler what is not its own, and ends as wrangler does', async ({ expect }) => {
    expect(await deploy('--tag v1 --env staging --message=m --dry-run')).toEqual({
      code: 7,
      said: expect.stringContaining('private keys were not checked: CA_KEY_DEFAULT'),
      deployed: ['--env', 'staging', '--tag', 'v1', '--message=m', '--dry-run'],
    })
  })

  it.for([
    '--env=staging --secret CA_KEY_DEFAULT=ca/issuing/ca.key',
    '-e staging --secret=CA_KEY_DEFAULT=ca/issuing/ca.key',
    '--secrets keys --env staging',
  ])('shows the keys to the check alone: %s', async (args, { expect }) => {
    await mkdir(join(checkout, 'keys'), { recursive: true })
    await copyFile(join(checkout, 'ca/issuing/ca.key'), join(checkout, 'keys/CA_KEY_DEFAULT'))
    expect(await deploy(args)).toEqual({
      code: 7,
      said: `"${CONFIG}" is valid, including its private keys\n`,
      deployed: ['--env', 'staging'],
    })
  })

  it.for([
    {
      name: 'when a key is another',
      args: '--env staging --secret CA_KEY_DEFAULT=ca/root/ca.key',
      want: '/issuers/default/authorities/0/keySecret',
    },
    {
      name: 'where publicUrl does not lead',
      args: '--env production',
      want: `publicUrl is ${STAGING_URL}, where the worker cannot be reached: it has no route; see env.production`,
    },
    { name: 'without an environment', args: '--dry-run', want: '--env NAME is required' },
    { name: 'to an unknown environment', args: '--env prod', want: 'No environment found' },
  ])('deploys nothing $name', async ({ args, want }, { expect }) => {
    expect(await deploy(args)).toEqual({
      code: 1,
      said: expect.stringContaining(want),
      deployed: undefined,
    })
  })

  it('deploys no empty configuration', async ({ expect, onTestFinished }) => {
    const path = join(checkout, CONFIG)
    const text = await readFile(path, 'utf8')
    onTestFinished(async () => writeFile(path, text))
    await copyFile(join(REPOSITORY, CONFIG), path)
    expect(await deploy('--env staging')).toEqual({
      code: 1,
      said: expect.stringContaining('/issuers: is empty'),
      deployed: undefined,
    })
  })

  it('deploys no invalid configuration', async ({ expect, onTestFinished }) => {
    const path = join(checkout, CONFIG)
    const text = await readFile(path, 'utf8')
    onTestFinished(async () => writeFile(path, text))
    await writeFile(path, text.replace('"maxDurationSeconds"', '"maxDuration"'))
    expect(await deploy('--env staging')).toEqual({
      code: 1,
      said: expect.stringContaining('/profiles/default: Unrecognized key: "maxDuration"'),
      deployed: undefined,
    })
  })
})
