import { chmod, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'vitest'
import { type Harness, INIT, setUp as setUpConfig } from '../support/config-harness.ts'
import { runCli } from '../support/run-cli.ts'

async function setUp(context: Pick<TestContext, 'onTestFinished'>): Promise<Harness> {
  const harness = await setUpConfig(context)
  const { cwd } = harness
  await harness.config(`${INIT} --out c.json`)
  await runCli('admin create alice', { cwd })
  return harness
}

const read = async (cwd: string, file = 'c.json'): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(cwd, file), 'utf8'))

describe('config add', () => {
  it('adds an admin, and leaves all else as it was', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    const before = await read(cwd)
    await chmod(join(cwd, 'c.json'), 0o640)
    const added = await config('add admin alice.admin.json --config c.json --env staging')
    expect(added).toMatchObject({ exitCode: 0, stdout: '' })
    expect(added.stderr).toContain('Added admin alice to c.json.')
    expect(added.stderr).toContain('npx edge-issuer worker deploy --env staging')
    const { admins, ...rest } = await read(cwd)
    const { admins: adminsBefore, ...restBefore } = before
    expect(rest).toEqual(restBefore)
    expect(admins).toEqual({
      ...Object(adminsBefore),
      ...Object(await read(cwd, 'alice.admin.json')),
    })
    expect((await stat(join(cwd, 'c.json'))).mode & 0o777).toBe(0o640)
  })

  it('--print changes nothing', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    const before = await readFile(join(cwd, 'c.json'), 'utf8')
    const { stdout } = await config('add admin alice.admin.json --config c.json --print')
    expect(JSON.parse(stdout)).toHaveProperty('admins.alice')
    expect(await readFile(join(cwd, 'c.json'), 'utf8')).toBe(before)
  })

  it('finds the configuration of an environment', async ({ expect, ...context }) => {
    const { cwd, config } = await setUp(context)
    await rename(join(cwd, 'c.json'), join(cwd, 'signer.config.staging.json'))
    const { stderr } = await config('add admin alice.admin.json --env staging')
    expect(stderr).toContain('Added admin alice to signer.config.staging.json')
    expect((await config('add admin alice.admin.json')).stderr).toContain(
      'cannot read "signer.config.json"',
    )
  })

  it.for([
    ['admin a1.admin.json', 'already has an admin "a1"'],
    ['admin same-key.json', 'keys'],
    ['admin c1.client.json', 'register them with "edge-issuer clients apply --file"'],
    ['admin without-role.json', 'role'],
    ['admin alice.admin.key', 'is not a JSON object of admins by name'],
    ['admin empty.json', 'is not a JSON object of admins by name'],
    ['admin none.json', 'cannot read "none.json"'],
    [
      'admin alice.admin.json --config c1.secret.yaml',
      'the file to change is not a configuration of the worker',
    ],
  ] as const)(
    '%s is refused, and changes nothing',
    async ([args, said], { expect, ...context }) => {
      const { cwd, config } = await setUp(context)
      const [a1] = Object.values(await read(cwd, 'a1.admin.json'))
      await writeFile(join(cwd, 'same-key.json'), JSON.stringify({ a9: a1 }))
      const { role: _, ...bare } = Object(a1)
      await writeFile(join(cwd, 'without-role.json'), JSON.stringify({ a9: bare }))
      await writeFile(join(cwd, 'empty.json'), '{}')
      const before = await readFile(join(cwd, 'c.json'), 'utf8')
      const config1 = args.includes('--config') ? '' : ' --config c.json'
      const { exitCode, stderr } = await config(`add ${args}${config1}`)
      expect(exitCode).toBe(1)
      expect(stderr).toContain(said)
      expect(await readFile(join(cwd, 'c.json'), 'utf8')).toBe(before)
    },
  )

  it.for([
    ['client', '"edge-issuer clients add" or "edge-issuer clients apply"'],
    ['profile', 'unknown value "profile"; expected one of admin, issuer'],
  ] as const)('refuses the kind %s', async ([kind, said], { expect, ...context }) => {
    const { config } = await setUp(context)
    expect(await config(`add ${kind} alice.admin.json`)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(said),
    })
  })
})
