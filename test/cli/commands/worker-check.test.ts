import { readFile, rm, writeFile } from 'node:fs/promises'
import { describe, it } from 'vitest'
import { z } from 'zod'
import { makeProject, uninstall, type ProjectHarness } from '../support/project-harness.ts'
import { runCli, temporaryFolder } from '../support/run-cli.ts'

const KEY = '--secret CA_KEY_DEFAULT=../ca/issuing/ca.key'

describe('worker check', () => {
  it('accepts a new project, and skips what has no configuration yet', async ({
    expect,
    ...context
  }) => {
    const { worker } = await makeProject(context)
    expect(await worker('check')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: `production: "signer.config.json" is valid, private keys were not checked: CA_KEY_DEFAULT
staging: skipped, since it has no configuration
`,
    })
  })

  it('checks every environment that has a configuration', async ({ expect, ...context }) => {
    const { worker, makeStaging, edit } = await makeProject(context)
    await makeStaging()
    const { exitCode, stderr } = await worker('check')
    expect(exitCode).toBe(0)
    expect(stderr).toContain('staging: "signer.config.staging.json" is valid')
    expect(stderr.split('have a CA certificate in common')).toHaveLength(2)
    const { stderr: ofOne } = await worker('check --env production')
    expect(ofOne).toContain(
      'signer.config.json and signer.config.staging.json have a CA certificate in common',
    )
    await edit('signer.config.staging.json', /"chain": ".*"/, '"chain": ""')
    expect((await worker('check --env production')).stderr).not.toContain('in common')
  })

  it.for([
    { name: 'none', admins: undefined },
    { name: 'an empty section', admins: '{}' },
    { name: 'one that reads only', admins: '{ "a": { "role": "read", "keys": [] } }' },
  ])(
    'warns about admins who cannot register a client: $name',
    async (row, { expect, ...context }) => {
      const { worker, path } = await makeProject(context)
      const config = z
        .looseObject({})
        .parse(JSON.parse(await readFile(path('signer.config.json'), 'utf8')))
      const admins: unknown = row.admins === undefined ? undefined : JSON.parse(row.admins)
      await writeFile(path('signer.config.json'), JSON.stringify({ ...config, admins }))
      const { stderr } = await worker('check --env production')
      expect(stderr).toContain(
        'warning: signer.config.json: /admins: no entry has the role "admin", so that no client can be registered',
      )
    },
  )

  it('proves the private key, and prints what is deployed', async ({ expect, ...context }) => {
    const { worker } = await makeProject(context)
    const { exitCode, stdout, stderr } = await worker(`check --env production ${KEY}`)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('https://ca.example.com')
    expect(stderr).toContain('including its private keys')
  })

  it("warns of a host that only a worker of one's own can have", async ({ expect, ...context }) => {
    const project = await makeProject(context)
    await project.edit('signer.config.json', 'https://ca.example.com', 'https://10.0.0.1')
    const { exitCode, stderr } = await project.worker('check --env production')
    expect(exitCode).toBe(0)
    expect(stderr).toContain('a host that no route of Cloudflare can have')
  })

  it('lists the problems of every part at once', async ({ expect, ...context }) => {
    const project = await makeProject(context)
    await project.edit('package.json', /"edge-issuer": ".*"/, '"edge-issuer": "^0.1.0"')
    await project.edit('wrangler.jsonc', /\{ "name": "GENESIS".*\}\n {8}\]/, ']')
    await project.edit(
      'wrangler.jsonc',
      '"pattern": "ca.example.com"',
      '"pattern": "a.example.com"',
    )
    await project.edit('wrangler.jsonc', /"Genesis": \{.*\n/, '')
    await project.edit('signer.config.json', '"maxDurationSeconds"', '"maxDuration"')
    const { exitCode, stdout, stderr } = await project.worker('check --env production')
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('"." has 5 problems:')
    for (const problem of [
      'package.json: the version "^0.1.0" of edge-issuer is not exact',
      'env.production: the Durable Object binding "GENESIS" is missing',
      '"exports" must declare the class "Genesis"',
      'signer.config.json: /profiles/default: Unrecognized key: "maxDuration"',
      'publicUrl is https://ca.example.com, where the worker cannot be reached: it is at a.example.com',
    ]) {
      expect(stderr).toContain(problem)
    }
  })

  it.for<{
    readonly name: string
    readonly change: (project: ProjectHarness) => Promise<void>
    readonly args?: string
    readonly want: string
    readonly exitCode?: number
  }>([
    {
      name: 'an empty configuration',
      change: async ({ edit }) =>
        edit('signer.config.json', /"issuers": \{[^]*?\n {2}\}/, '"issuers": {}'),
      want: '/issuers: is empty',
    },
    {
      name: 'no configuration',
      change: async ({ path }) => rm(path('signer.config.json')),
      want: '"signer.config.json" does not exist',
    },
    {
      name: 'a configuration that is no JSON',
      change: async ({ path }) => writeFile(path('signer.config.json'), 'issuers:'),
      want: 'signer.config.json: ',
    },
    {
      name: 'a worker without a configuration',
      change: async ({ edit }) => edit('worker.js', /import config.*\n/, ''),
      want: 'imports no configuration',
    },
    {
      name: 'a key of another CA',
      change: async () => Promise.resolve(),
      args: '--env production --secret CA_KEY_DEFAULT=../ca/root/ca.key',
      want: 'the secret "CA_KEY_DEFAULT" does not belong',
    },
    {
      name: 'a key without an environment',
      change: async () => Promise.resolve(),
      args: KEY,
      want: '--env: the flag is required with private keys',
      exitCode: 2,
    },
    {
      name: 'an unknown environment',
      change: async () => Promise.resolve(),
      args: '--env prod',
      want: 'No environment found in configuration with name "prod"',
    },
    {
      name: 'a class of another name',
      change: async ({ edit }) =>
        edit('wrangler.jsonc', /"class_name": "Ledger"/g, '"class_name": "Ledgers"'),
      want: 'the Durable Object binding "LEDGER" is of class "Ledgers"',
    },
    {
      name: 'migrations',
      change: async ({ edit }) =>
        edit('wrangler.jsonc', '"preview_urls"', '"migrations": [{ "tag": "v1" }], "preview_urls"'),
      want: '`migrations` and `exports` are mutually exclusive',
    },
    {
      name: 'an old compatibility date',
      change: async ({ edit }) => edit('wrangler.jsonc', /"2026-\d\d-\d\d"/, '"2025-01-01"'),
      want: 'compatibility_date is 2025-01-01; this version needs',
    },
    {
      name: 'a wrangler.jsonc that is no JSON',
      change: async ({ path }) => writeFile(path('wrangler.jsonc'), '{ "name" '),
      want: 'wrangler.jsonc: ',
    },
    {
      name: 'edge-issuer of another version',
      change: async ({ edit }) =>
        edit('node_modules/edge-issuer/package.json', /"version":".*?"/, '"version":"9.9.9"'),
      want: 'node_modules: edge-issuer 9.9.9 is installed, and this command is edge-issuer',
    },
    {
      name: 'a placeholder for the subdomain of the account',
      change: async ({ edit, makeStaging }) => {
        await makeStaging()
        await edit('signer.config.staging.json', '.acme.workers.dev', '.ACCOUNT.workers.dev')
      },
      args: '--env staging',
      want: 'where ACCOUNT is a placeholder; replace it with the subdomain of the account',
    },
    {
      name: 'a range of wrangler',
      change: async ({ edit }) => edit('package.json', /"wrangler": "/, '"wrangler": "^'),
      want: 'package.json: wrangler is not pinned to an exact version',
    },
    {
      name: 'another miniflare than that of wrangler',
      change: async ({ edit }) => edit('package.json', /"miniflare": ".*"/, '"miniflare": "4.0.0"'),
      want: 'package.json: miniflare is 4.0.0, and wrangler',
    },
    {
      name: 'no wrangler, and checks the configuration nevertheless',
      change: async (project) => {
        await uninstall(project, 'wrangler')
        await project.edit('signer.config.json', '"https://ca', '"http://ca')
      },
      want: `"." has 2 problems:
  node_modules: wrangler is not installed; run "npm install" in "."
  signer.config.json: /publicUrl: must be https`,
    },
    {
      name: 'no edge-issuer',
      change: async (project) => uninstall(project, 'edge-issuer'),
      want: 'node_modules: edge-issuer is not installed; run "npm install" in "."',
    },
  ])('refuses $name', async (row, { expect, ...context }) => {
    const project = await makeProject(context)
    await row.change(project)
    const { exitCode, stdout, stderr } = await project.worker(
      `check ${row.args ?? '--env production'}`,
    )
    expect({ exitCode, stdout }).toEqual({ exitCode: row.exitCode ?? 1, stdout: '' })
    expect(stderr).toContain(row.want)
  })

  it('warns about an archive that is missing, and a wrangler that is not tested', async ({
    expect,
    ...context
  }) => {
    const { worker, edit } = await makeProject(context)
    await edit(
      'signer.config.json',
      '"issuers"',
      '"retention": { "afterExpiryDays": 30 }, "issuers"',
    )
    await edit('package.json', /"wrangler": ".*"/, '"wrangler": "4.1.0"')
    const { stderr } = await worker('check --env production')
    expect(stderr).toContain('there is no R2 bucket with the binding ARCHIVE')
    expect(stderr).toContain('not 4.1.0')
  })

  it('refuses a folder that is no project', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    const { exitCode, stderr } = await runCli('worker check', { cwd })
    expect(exitCode).toBe(1)
    expect(stderr).toContain('"." is not the project of a worker: it contains no wrangler.jsonc')
  })
})
