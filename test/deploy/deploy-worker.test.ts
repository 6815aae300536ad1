/**
 * A project of `worker init` up to the point where an account is needed: with the real wrangler, which has
 * neither an account nor the network.
 *
 * @module
 */
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { runCommand, type CommandResult } from '@edge-issuer/testbed/processes/process'
import { describe, it, type TestContext } from 'vitest'
import { loadConfig } from '../../signer-worker/src/config/exports.ts'
import { makeProject, uninstall, type ProjectHarness } from '../cli/support/project-harness.ts'
import { wranglerEnv } from './wrangler.ts'

/** Wrangler and the command each start a process of their own, and another. */
const SLOW = { timeout: 300_000 }

/** Largest bundle that is deployed, compressed, in bytes. */
const MAX_BUNDLE_BYTES = 122_880

const KEY = '--secret CA_KEY_DEFAULT=../ca/issuing/ca.key'

/** Runs the wrangler of a project, as `npx wrangler` does. */
const wrangler = async ({ cwd, path }: ProjectHarness, args: string): Promise<CommandResult> =>
  runCommand({
    command: process.execPath,
    args: [path('node_modules/wrangler/bin/wrangler.js'), ...args.split(' ')],
    cwd: path('.'),
    env: wranglerEnv(cwd),
  })

const ACCOUNT = '0'.repeat(32)

const SECRETS_REQUEST = `GET /client/v4/accounts/${ACCOUNT}/workers/scripts/edge-issuer-signer-production/secrets`

const MISSING_SECRET = `add them first:
  npx wrangler secret put CA_KEY_DEFAULT --env production < ISSUING_KEY_FILE`

/** Cloudflare's API, as far as the secrets of a Worker go. */
interface FakeApi {
  readonly env: NodeJS.ProcessEnv
  /** Method and path of each request. */
  readonly requests: string[]
}

/** @param secrets - Names of the Worker's secrets; `undefined` if there is no such Worker. */
async function startFakeApi(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  secrets: readonly string[] | undefined,
): Promise<FakeApi> {
  const requests: string[] = []
  const server = createServer(({ method, url }, response) => {
    const request = `${String(method)} ${String(url)}`
    requests.push(request)
    const isFound = secrets !== undefined && request === SECRETS_REQUEST
    response.writeHead(isFound ? 200 : 404, { 'content-type': 'application/json' })
    const errors = [{ code: 10_007, message: 'This Worker does not exist on your account.' }]
    const result = secrets?.map((name) => ({ name, type: 'secret_text' }))
    response.end(
      JSON.stringify(
        isFound
          ? { success: true, errors: [], messages: [], result }
          : { success: false, errors, messages: [], result: null },
      ),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' ? String(address?.port) : ''
  const env = {
    CLOUDFLARE_API_TOKEN: 'x',
    CLOUDFLARE_ACCOUNT_ID: ACCOUNT,
    CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}/client/v4`,
  }
  return { env, requests }
}

describe('a project of worker init', () => {
  it(
    'is bundled by a plain wrangler, with the configuration as a module of its own',
    SLOW,
    async ({ expect, ...context }) => {
      const project = await makeProject(context)
      await project.makeStaging()
      const bundle = async (env: string, files: readonly string[]): Promise<readonly string[]> => {
        const { code, stdout, stderr } = await wrangler(
          project,
          `deploy --dry-run --env ${env} --outdir out`,
        )
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
        expect(stdout).toContain('--dry-run: exiting now.')
        return Promise.all(files.map(async (name) => readFile(project.path(`out/${name}`), 'utf8')))
      }
      const production = ['worker.js', 'signer.config.json']
      const [code = '', config] = await bundle('production', production)
      expect(config).toBe(await readFile(project.path('signer.config.json'), 'utf8'))
      expect(code).toContain('from"./signer.config.json"')
      expect(gzipSync(code).length).toBeLessThanOrEqual(MAX_BUNDLE_BYTES)

      const duration = /"maxDurationSeconds": \d+/
      await project.edit('signer.config.json', duration, '"maxDurationSeconds": 3600')
      const [codeAfter, configAfter] = await bundle('production', production)
      expect(codeAfter === code, 'the same code').toBe(true)
      expect(configAfter).toContain('3600')

      const text = await readFile(project.path('signer.config.json'), 'utf8')
      await writeFile(project.path('signer.config.json'), `\uFEFF${text}`)
      const [, configWithMark = ''] = await bundle('production', production)
      expect(configWithMark).toBe(`\uFEFF${text}`)
      expect(loadConfig(configWithMark, () => undefined).ok).toBe(true)

      const [staging] = await bundle('staging', ['signer.config.staging.json'])
      expect(staging).toContain('edge-issuer-signer-staging.acme.workers.dev')
    },
  )

  it.for([
    {
      name: 'an empty configuration',
      args: 'deploy --dry-run --env production',
      want: 'signer.config.json: /issuers: is empty',
    },
    {
      name: 'no environment',
      args: 'deploy --dry-run',
      want: 'no environment of wrangler.jsonc is selected',
    },
  ])(
    'is not deployed by a plain wrangler with $name',
    SLOW,
    async (row, { expect, ...context }) => {
      const project = await makeProject(context)
      await project.edit('signer.config.json', /"issuers": \{[^]*?\n {2}\}/, '"issuers": {}')
      const { code, stdout } = await wrangler(project, row.args)
      expect(code).toBe(1)
      expect(stdout).toContain(row.want)
      expect(stdout).not.toContain('--dry-run: exiting now.')
    },
  )
})

describe('worker deploy', () => {
  it(
    'checks the keys, and gives wrangler what follows --',
    SLOW,
    async ({ expect, ...context }) => {
      const { worker, path } = await makeProject(context)
      const { exitCode, stdout, stderr } = await worker(
        `deploy --env production ${KEY} -- --dry-run --outdir out`,
      )
      expect({ exitCode, stderr }).toEqual({
        exitCode: 0,
        stderr: 'production is valid, including its private keys\n',
      })
      expect(stdout).toContain('--dry-run: exiting now.')
      expect(await readFile(path('out/signer.config.json'), 'utf8')).toContain('"admin"')
    },
  )

  it('says how to log in', SLOW, async ({ expect, ...context }) => {
    const { worker } = await makeProject(context)
    const { exitCode, stderr } = await worker('deploy --env production')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('wrangler is not logged in to Cloudflare; run "npx wrangler login"')
  })

  it('says that Cloudflare cannot be reached', SLOW, async ({ expect, ...context }) => {
    const { worker } = await makeProject(context)
    const { exitCode, stderr } = await worker('deploy --env production', {
      CLOUDFLARE_API_TOKEN: 'x',
      CLOUDFLARE_ACCOUNT_ID: '0'.repeat(32),
      CLOUDFLARE_API_BASE_URL: 'http://127.0.0.1:9/client/v4',
    })
    expect(exitCode).toBe(1)
    expect(stderr).toContain("Cloudflare's API (api.cloudflare.com) cannot be reached")
  })

  it.for([
    { name: 'a secret is missing', secrets: ['OTHER'], want: MISSING_SECRET },
    { name: 'the Worker has no secret', secrets: [], want: MISSING_SECRET },
  ])('deploys nothing when $name', SLOW, async (row, { expect, ...context }) => {
    const { worker } = await makeProject(context)
    const api = await startFakeApi(context, row.secrets)
    const { exitCode, stderr } = await worker('deploy --env production', api.env)
    expect(exitCode).toBe(1)
    expect(stderr).toContain(row.want)
    expect(api.requests).toEqual([SECRETS_REQUEST])
  })

  it.for([
    { name: 'every secret is there', secrets: ['CA_KEY_DEFAULT'] },
    { name: 'there is no such Worker yet', secrets: undefined },
  ])('goes on when $name', SLOW, async (row, { expect, ...context }) => {
    const { worker } = await makeProject(context)
    const api = await startFakeApi(context, row.secrets)
    const { stderr } = await worker('deploy --env production', api.env)
    expect(stderr).toContain('wrangler deploy ended with exit code 1')
    expect(api.requests.length).toBeGreaterThan(1)
  })

  it.for<{
    readonly name: string
    readonly change?: (project: ProjectHarness) => Promise<void>
    readonly args: string
    readonly want: string
    readonly exitCode?: number
  }>([
    {
      name: 'with an empty configuration',
      change: async ({ edit }) =>
        edit('signer.config.json', /"issuers": \{[^]*?\n {2}\}/, '"issuers": {}'),
      args: 'deploy --env production',
      want: 'nothing is deployed: "." has 1 problem:\n  signer.config.json: /issuers: is empty',
    },
    {
      name: 'with a key of another CA',
      args: 'deploy --env production --secret CA_KEY_DEFAULT=../ca/root/ca.key',
      want: '/issuers/default/authorities/0/keySecret',
    },
    {
      name: 'without wrangler',
      change: async (project) => uninstall(project, 'wrangler'),
      args: 'deploy --env production',
      want: 'node_modules: wrangler is not installed; run "npm install" in "."',
    },
    { name: 'to an unknown environment', args: 'deploy --env prod', want: 'No environment found' },
    {
      name: 'without an environment',
      args: 'deploy',
      want: '--env: a value is required',
      exitCode: 2,
    },
    {
      name: 'with a flag of wrangler before --',
      args: 'deploy --env production --dry-run',
      want: '--dry-run: unknown flag',
      exitCode: 2,
    },
  ])('deploys nothing $name', async (row, { expect, ...context }) => {
    const project = await makeProject(context)
    await row.change?.(project)
    const { exitCode, stdout, stderr } = await project.worker(row.args)
    expect({ exitCode, stdout }).toEqual({ exitCode: row.exitCode ?? 1, stdout: '' })
    expect(stderr).toContain(row.want)
  })
})

describe('npm run deploy:worker', () => {
  it('is the same command for the checkout, whose configuration is empty', async ({ expect }) => {
    const root = join(import.meta.dirname, '../..')
    const { code, stderr } = await runCommand({
      command: process.execPath,
      args: [join(root, 'cli/src/main.ts'), 'worker', 'deploy', '--env', 'production'],
      cwd: root,
      env: wranglerEnv(root),
    })
    expect(code).toBe(1)
    expect(stderr).toContain('signer-worker/signer.config.json: /issuers: is empty')
    expect(stderr).toContain('where the worker cannot be reached: it has no route')
  })
})
