import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'vitest'
import { type Harness, INIT, setUp as setUpConfig } from '../support/config-harness.ts'
import { runCli } from '../support/run-cli.ts'

async function setUp(context: Pick<TestContext, 'onTestFinished'>): Promise<Harness> {
  const harness = await setUpConfig(context)
  const { cwd } = harness
  await harness.config(`${INIT} --out c.json`)
  await runCli('client create c2 --allow-dns *.b.internal', { cwd })
  await runCli('admin create alice', { cwd })
  return harness
}

const read = async (cwd: string, file = 'c.json'): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(cwd, file), 'utf8'))

describe('config add', () => {
  it('adds a client and an admin, and leaves all else as it was', async ({
    expect,
    ...context
  }) => {
    const { cwd, config } = await setUp(context)
    const before = await read(cwd)
    await chmod(join(cwd, 'c.json'), 0o640)
    const client = await config('add client c2.client.json --config c.json --env staging')
    expect(client).toMatchObject({ exitCode: 0, stdout: '' })
    expect(client.stderr).toContain('Added client c2 to c.json.')
    expect(client.stderr).toContain('npm run deploy:worker -- --env staging')
    expect((await config('add admin alice.admin.json --config c.json')).exitCode).toBe(0)
    const { clients, admins, ...rest } = await read(cwd)
    const { clients: clientsBefore, ...restBefore } = before
    expect(rest).toEqual(restBefore)
    expect(clients).toEqual({
      ...Object(clientsBefore),
      ...Object(await read(cwd, 'c2.client.json')),
    })
    expect(admins).toEqual(await read(cwd, 'alice.admin.json'))
    expect((await stat(join(cwd, 'c.json'))).mode & 0o777).toBe(0o640)
  })

  it('--print changes nothing', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    const before = await readFile(join(cwd, 'c.json'), 'utf8')
    const { stdout } = await config('add client c2.client.json --config c.json --print')
    expect(JSON.parse(stdout)).toHaveProperty('clients.c2')
    expect(await readFile(join(cwd, 'c.json'), 'utf8')).toBe(before)
  })

  it('finds the configuration of an environment', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    await mkdir(join(cwd, 'signer-worker'))
    await rename(join(cwd, 'c.json'), join(cwd, 'signer-worker/signer.config.staging.json'))
    const { stderr } = await config('add client c2.client.json --env staging')
    expect(stderr).toContain('Added client c2 to signer-worker/signer.config.staging.json')
    expect((await config('add client c2.client.json')).stderr).toContain(
      'cannot read "signer-worker/signer.config.production.json"',
    )
  })

  it.for([
    ['client c1.client.json', 'already has a client "c1"'],
    ['client same-key.json', 'keys'],
    ['client alice.admin.json', 'the file to add contains admins, not clients'],
    ['admin c2.client.json', 'the file to add contains clients, not admins'],
    ['client without-access.json', 'allowed'],
    ['client c2.secret.yaml', 'is not a JSON object of clients by name'],
    ['client empty.json', 'is not a JSON object of clients by name'],
    ['client none.json', 'cannot read "none.json"'],
    [
      'client c2.client.json --config c1.secret.yaml',
      'the file to change is not a configuration of the worker',
    ],
  ] as const)(
    '%s is refused, and changes nothing',
    async ([args, said], { expect, ...context }) => {
      const { cwd, config } = await setUp(context)
      const [c1] = Object.values(await read(cwd, 'c1.client.json'))
      await writeFile(join(cwd, 'same-key.json'), JSON.stringify({ c9: c1 }))
      const { allowed: _, ...bare } = Object(c1)
      await writeFile(join(cwd, 'without-access.json'), JSON.stringify({ c9: bare }))
      await writeFile(join(cwd, 'empty.json'), '{}')
      const before = await readFile(join(cwd, 'c.json'), 'utf8')
      const config1 = args.includes('--config') ? '' : ' --config c.json'
      const { exitCode, stderr } = await config(`add ${args}${config1}`)
      expect(exitCode).toBe(1)
      expect(stderr).toContain(said)
      expect(await readFile(join(cwd, 'c.json'), 'utf8')).toBe(before)
    },
  )

  it('refuses another kind', async ({ expect, ...context }) => {
    const { config } = await setUp(context)
    expect(await config('add issuer c2.client.json')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('unknown value "issuer"; expected one of client, admin'),
    })
  })
})
