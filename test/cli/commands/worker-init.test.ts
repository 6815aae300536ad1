import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { unstable_readConfig as readWranglerConfig } from 'wrangler'
import {
  COMPATIBILITY_DATE,
  MINIFLARE_VERSION,
  WRANGLER_VERSION,
} from '../../../cli/src/project/pins.ts'
import { VERSION } from '../../../cli/src/version.ts'
import { NOW_MS, setUp } from '../support/config-harness.ts'
import { publicPemOf } from '../support/key-text.ts'
import { runCli, temporaryFolder, type Outcome } from '../support/run-cli.ts'

const FILES = [
  '.dev.vars.example',
  '.gitignore',
  'README.md',
  'package.json',
  'signer.config.json',
  'worker.js',
  'worker.staging.js',
  'wrangler.jsonc',
]

const URL_FLAG = '--url https://ca.example.com'

const init = async (args: string, cwd: string): Promise<Outcome> =>
  runCli(`worker init ${args}`, { cwd, nowMs: NOW_MS })

const readJson = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8'))

describe('worker init', () => {
  it('creates a project with the CA, and a first admin outside of it', async ({
    expect,
    ...context
  }) => {
    const { cwd } = await setUp(context)
    const { exitCode, stdout, stderr } = await init(`w ${URL_FLAG} --ca ca --admin bob`, cwd)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect((await readdir(join(cwd, 'w'))).toSorted()).toEqual(FILES)
    const key = await readFile(join(cwd, 'bob.admin.key'), 'utf8')
    const admins = { bob: { keys: [{ publicKey: publicPemOf(key) }], role: 'admin' } }
    expect((await stat(join(cwd, 'bob.admin.key'))).mode & 0o777).toBe(0o600)
    expect(await readJson(join(cwd, 'bob.admin.json'))).toEqual(admins)
    expect(await readJson(join(cwd, 'w/signer.config.json'))).toMatchObject({
      $schema: './node_modules/edge-issuer/schemas/signer.config.schema.json',
      publicUrl: 'https://ca.example.com',
      issuers: { default: { authorities: [{ state: 'active', keySecret: 'CA_KEY_DEFAULT' }] } },
      admins,
    })
    expect(stdout).toContain(`
Next:
  cd w
  npm install
  npx wrangler login
  npx edge-issuer worker deploy --env production
  npx wrangler secret put CA_KEY_DEFAULT --env production < ${cwd}/ca/issuing/ca.key
  edge-issuer context add production --url https://ca.example.com --key ${cwd}/bob.admin.key
  edge-issuer clients add cluster-1 --from-cluster --allow-dns '*.example.internal'
`)
  })

  it('puts no private key into the project', async ({ expect, ...context }) => {
    const { cwd } = await setUp(context)
    const { stdout } = await init(`w ${URL_FLAG} --ca ca`, cwd)
    const texts = await Promise.all(
      FILES.map(async (name) => readFile(join(cwd, 'w', name), 'utf8')),
    )
    expect([stdout, ...texts].join('')).not.toContain('BEGIN PRIVATE KEY')
  })

  it('pins the versions that this release is tested with', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await init(`w ${URL_FLAG}`, cwd)
    expect(await readJson(join(cwd, 'w/package.json'))).toMatchObject({
      dependencies: { 'edge-issuer': VERSION },
      devDependencies: { wrangler: WRANGLER_VERSION, miniflare: MINIFLARE_VERSION },
    })
    const require = createRequire(import.meta.url)
    expect(await readJson(require.resolve('wrangler/package.json'))).toMatchObject({
      version: WRANGLER_VERSION,
      dependencies: { miniflare: MINIFLARE_VERSION },
    })
  })

  it('without a CA has no issuer yet, and says how to add one', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stdout } = await init(`w ${URL_FLAG}`, cwd)
    expect(exitCode).toBe(0)
    expect(await readJson(join(cwd, 'w/signer.config.json'))).toMatchObject({ issuers: {} })
    expect(stdout).toContain(`
Next:
  edge-issuer ca init --out ${cwd}/ca
  cd w
  npm install
  edge-issuer config add issuer default --ca ${cwd}/ca
  npx wrangler login
  npx edge-issuer worker deploy --env production
  npx wrangler secret put CA_KEY_DEFAULT --env production < ${cwd}/ca/issuing/ca.key
`)
  })

  it.for([
    {
      url: 'https://ca.example.com/prefix',
      want: {
        name: 'edge-issuer-signer-production',
        workers_dev: false,
        routes: [{ pattern: 'ca.example.com', custom_domain: true }],
      },
    },
    {
      url: 'https://my-ca.acme.workers.dev',
      want: { name: 'my-ca', workers_dev: true },
    },
  ])('has a wrangler.jsonc that leads to $url', async ({ url, want }, { expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await init(`w --url ${url}`, cwd)
    const config = join(cwd, 'w/wrangler.jsonc')
    const common = {
      compatibility_date: COMPATIBILITY_DATE,
      preview_urls: false,
      preserve_file_names: true,
      observability: { enabled: true },
      definedEnvironments: ['production', 'staging'],
    }
    expect(readWranglerConfig({ config, env: 'production' })).toMatchObject({ ...common, ...want })
    expect(readWranglerConfig({ config, env: 'staging' })).toMatchObject({
      ...common,
      name: 'edge-issuer-signer-staging',
      workers_dev: true,
    })
  })

  it('accepts an empty folder that exists', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await mkdir(join(cwd, 'w'))
    expect((await init(`w ${URL_FLAG}`, cwd)).exitCode).toBe(0)
  })

  it('run in the folder itself puts the key elsewhere', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const home = await temporaryFolder(context)
    const { exitCode, stdout } = await runCli(`worker init . ${URL_FLAG}`, {
      cwd,
      env: { HOME: home },
    })
    expect(exitCode).toBe(0)
    expect((await readdir(cwd)).toSorted()).toEqual(FILES)
    const key = join(home, '.local/share/edge-issuer/admin.admin.key')
    expect((await stat(key)).mode & 0o777).toBe(0o600)
    expect(stdout).toContain(key)
  })

  it.for([
    { args: `full ${URL_FLAG}`, want: '"full" is not empty: it contains "kept.txt"' },
    { args: `file ${URL_FLAG}`, want: 'cannot use "file" as the folder of the project' },
    { args: 'w --url http://ca.example.com', want: '/publicUrl: must be https' },
    { args: `w ${URL_FLAG} --ca missing`, want: '--ca: cannot read "missing/chain.pem"' },
    { args: `w ${URL_FLAG} --keys w/keys`, want: '--keys: "w/keys" is inside the project' },
    { args: `w ${URL_FLAG} --admin taken`, want: '"taken.admin.key" already exists' },
    {
      args: `locked/w ${URL_FLAG} --keys file/keys`,
      want: 'a part of the path is not a directory',
    },
  ])('writes nothing for: $args', async ({ args, want }, { expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await mkdir(join(cwd, 'full'))
    await writeFile(join(cwd, 'full/kept.txt'), '')
    await writeFile(join(cwd, 'file'), '')
    await writeFile(join(cwd, 'taken.admin.key'), '')
    await mkdir(join(cwd, 'locked'))
    const before = await readdir(cwd, { recursive: true })
    const { exitCode, stdout, stderr } = await init(args, cwd)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain(want)
    expect(await readdir(cwd, { recursive: true })).toEqual(before)
  })

  it('writes nothing for a key that does not belong to the CA', async ({ expect, ...context }) => {
    const { cwd } = await setUp(context)
    const root = await readFile(join(cwd, 'ca/root/ca.key'))
    await chmod(join(cwd, 'ca/issuing/ca.key'), 0o600)
    await writeFile(join(cwd, 'ca/issuing/ca.key'), root)
    const before = await readdir(cwd)
    const { exitCode, stderr } = await init(`w ${URL_FLAG} --ca ca`, cwd)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('the secret "CA_KEY_DEFAULT" does not belong')
    expect(await readdir(cwd)).toEqual(before)
  })
})
