import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'vitest'
import { type Harness, INIT, NOW_MS, setUp as setUpConfig } from '../support/config-harness.ts'
import { makeProject } from '../support/project-harness.ts'
import { type Outcome, runCli, temporaryFolder } from '../support/run-cli.ts'

/** A configuration, and another CA in `mesh-ca`. */
async function setUp(context: Pick<TestContext, 'onTestFinished'>): Promise<Harness> {
  const harness = await setUpConfig(context)
  const { cwd } = harness
  await harness.config(`${INIT} --out signer.config.json`)
  await runCli('ca init --name Mesh --out mesh-ca', { cwd, nowMs: NOW_MS })
  return harness
}

const textOf = async (cwd: string): Promise<string> =>
  readFile(join(cwd, 'signer.config.json'), 'utf8')

const read = async (cwd: string): Promise<Record<string, Record<string, unknown>>> =>
  JSON.parse(await textOf(cwd))

describe('config add issuer', () => {
  it('adds an issuer with a CA, a secret and a profile of its own, and leaves all else', async ({
    expect,
    ...context
  }) => {
    const { cwd, config } = await setUp(context)
    const before = await read(cwd)
    const added = await config('add issuer mesh --ca mesh-ca --profile default --profile mesh')
    expect(added).toMatchObject({ exitCode: 0, stdout: '' })
    const { issuers, profiles, ...rest } = await read(cwd)
    const { issuers: issuersBefore, profiles: profilesBefore, ...restBefore } = before
    expect(rest).toEqual(restBefore)
    expect(issuers).toEqual({
      ...issuersBefore,
      mesh: {
        authorities: [
          {
            state: 'active',
            chain: await readFile(join(cwd, 'mesh-ca/chain.pem'), 'utf8'),
            keySecret: 'CA_KEY_MESH',
          },
        ],
        profiles: ['default', 'mesh'],
      },
    })
    expect(profiles).toEqual({ ...profilesBefore, mesh: profilesBefore?.['default'] })
    const key = `${cwd}/mesh-ca/issuing/ca.key`
    expect(added.stderr)
      .toBe(`Added issuer mesh to signer.config.json, and profile mesh with the default options.

Next:
  1. npx edge-issuer worker check --env production --secret CA_KEY_MESH=${key}
  2. npx wrangler secret put CA_KEY_MESH --env production < ${key}
     Then keep that key offline, or delete it.
  3. npx edge-issuer worker deploy --env production
  4. Let clients use it: "issuers" of a client must have mesh, and "profiles" default or mesh.
     For a new client: edge-issuer clients add CLIENT --from-cluster --issuer mesh --profile default --profile mesh --allow-dns '*.example.internal'
     For others: change their entries in the file of "edge-issuer clients apply", which "edge-issuer clients export" writes.
  5. edge-issuer issuer manifest --client CLIENT --issuer mesh --name mesh | kubectl apply -f -
`)
  })

  it('--print changes nothing, and takes a secret name that is free', async ({
    expect,
    ...context
  }) => {
    const { cwd, config } = await setUp(context)
    await runCli('ca renew --out ca-2', { cwd, nowMs: NOW_MS })
    await config('rotate signer.config.json --add ca-2 --write')
    const before = await textOf(cwd)
    const { stdout, stderr } = await config('add issuer default-2 --ca mesh-ca --print')
    expect(JSON.parse(stdout)).toMatchObject({
      issuers: {
        default: { authorities: [{}, { keySecret: 'CA_KEY_DEFAULT_2' }] },
        'default-2': { authorities: [{ keySecret: 'CA_KEY_DEFAULT_2_2' }] },
      },
    })
    expect(stderr).toContain('1. Save the output as signer.config.json, unless it is there.')
    expect(await textOf(cwd)).toBe(before)
  })

  it('says when there is no key to check', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    await rm(join(cwd, 'mesh-ca/issuing'), { recursive: true })
    const { exitCode, stderr } = await config('add issuer mesh --ca mesh-ca --env staging')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('cannot read "signer.config.staging.json"')
    const added = await config('add issuer mesh --ca mesh-ca')
    expect(added.stderr).toContain(
      'its private key was not checked, since mesh-ca/issuing/ca.key does not exist.',
    )
    expect(added.stderr).toContain('secret put CA_KEY_MESH --env production < ISSUING_KEY_FILE')
  })

  it.for([
    ['issuer default --ca mesh-ca', 1, 'already has an issuer "default"; choose another name'],
    ['issuer mesh --ca none', 1, '--ca: cannot read "none/chain.pem"'],
    ['issuer mesh --ca other-key', 1, 'the secret "CA_KEY_MESH" does not belong'],
    ['issuer mesh --ca no-chain', 1, '/issuers/mesh/authorities/0/chain'],
    ['issuer mesh', 2, '--ca: the flag is required for an issuer'],
    ['issuer Mesh --ca mesh-ca', 2, 'invalid name "Mesh"'],
    ['admin a1.admin.json --ca mesh-ca', 2, '--ca and --profile are about issuers'],
    ['issuer mesh --ca mesh-ca --config ca/root.pem', 1, 'is not a configuration of the worker'],
  ] as const)(
    '%s is refused, and changes nothing',
    async ([args, code, said], { expect, ...context }) => {
      const { cwd, config } = await setUp(context)
      for (const name of ['other-key', 'no-chain']) {
        await cp(join(cwd, 'mesh-ca'), join(cwd, name), { recursive: true })
      }
      await cp(join(cwd, 'ca/issuing/ca.key'), join(cwd, 'other-key/issuing/ca.key'))
      await writeFile(join(cwd, 'no-chain/chain.pem'), 'hello')
      const before = await textOf(cwd)
      const { exitCode, stdout, stderr } = await config(`add ${args}`)
      expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
      expect(stderr).toContain(said)
      expect(await textOf(cwd)).toBe(before)
    },
  )
})

describe('a project', () => {
  it('with a second issuer passes worker check with both keys', async ({ expect, ...context }) => {
    const { cwd, worker } = await makeProject(context)
    const run = async (args: string): Promise<Outcome> => runCli(args, { cwd })
    expect((await run('ca init --name Mesh --out mesh-ca')).exitCode).toBe(0)
    const added = await run('config add issuer mesh --ca mesh-ca --config w/signer.config.json')
    expect(added.stderr).toContain('1. cd w\n')
    const [, flags = ''] = /npx edge-issuer worker (check .*)/.exec(added.stderr) ?? []
    const { exitCode, stdout } = await worker(
      `${flags} --secret CA_KEY_DEFAULT=../ca/issuing/ca.key`,
    )
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/issuer +mesh: profiles default\n +active +CN=Mesh Issuing CA/)
  })

  it('without an issuer gets its first one by the commands that worker init prints', async ({
    expect,
    ...context
  }) => {
    const parent = await temporaryFolder(context)
    const names = '--issuer corp --profile web'
    const init = await runCli(`worker init w --url https://ca.example.com ${names}`, {
      cwd: parent,
    })
    const cwd = join(parent, 'w')
    const [, create = ''] = /^ {2}edge-issuer (ca init .*)$/m.exec(init.stdout) ?? []
    const [, add = ''] = /^ {2}edge-issuer (config add issuer .*)$/m.exec(init.stdout) ?? []
    expect(init.stdout.indexOf(create)).toBeLessThan(init.stdout.indexOf('cd w\n'))
    expect((await runCli(create, { cwd: parent })).exitCode).toBe(0)
    const added = await runCli(add, { cwd })
    expect(added.exitCode).toBe(0)
    expect(added.stderr).toMatch(/worker deploy .*\n.*secret put CA_KEY_CORP/)
    expect(await read(cwd)).toMatchObject({
      $schema: './node_modules/edge-issuer/schemas/signer.config.schema.json',
      issuers: { corp: { authorities: [{ keySecret: 'CA_KEY_CORP' }], profiles: ['web'] } },
    })
    const secret = `CA_KEY_CORP=${parent}/ca/issuing/ca.key`
    expect(init.stdout).toContain(`secret put CA_KEY_CORP --env production < ${parent}/ca/`)
    const check = await runCli(`config check signer.config.json --secret ${secret}`, { cwd })
    expect(check.exitCode).toBe(0)
    expect(Object.keys((await read(cwd))['profiles'] ?? {})).toEqual(['web'])
  })
})
