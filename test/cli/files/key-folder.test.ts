import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'vitest'
import { runCli, temporaryFolder } from '../support/run-cli.ts'

interface Scene {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** A checkout, and a home directory beside it. */
async function setUp(context: Pick<TestContext, 'onTestFinished'>): Promise<Scene> {
  const folder = await temporaryFolder(context)
  const cwd = join(folder, 'checkout')
  await mkdir(cwd)
  execFileSync('git', ['init', '--quiet'], { cwd })
  return { cwd, env: { HOME: join(folder, 'home') } }
}

it('the project of a worker gets no key without --out', async ({ expect, ...context }) => {
  const cwd = await temporaryFolder(context)
  const env = { HOME: join(cwd, 'home') }
  await runCli('worker init w --url https://ca.example.com', { cwd, env })
  const files = await readdir(join(cwd, 'w'))
  const below = join(cwd, 'w/folder')
  await mkdir(below)
  const data = join(cwd, 'home/.local/share/edge-issuer')
  const made = await runCli('ca init', { cwd: below, env })
  expect(made).toMatchObject({ exitCode: 0, stderr: '' })
  expect(made.stdout).toContain(`2. edge-issuer config add issuer NAME --ca ${data}/ca\n`)
  expect(made.stdout).not.toContain('worker init')
  expect(existsSync(join(data, 'ca/root/ca.key'))).toBe(true)
  await runCli('admin create a', { cwd: below, env })
  expect(existsSync(join(data, 'a.admin.key'))).toBe(true)
  expect(await readdir(below)).toEqual([])
  expect((await readdir(join(cwd, 'w'))).toSorted()).toEqual([...files, 'folder'].toSorted())
})

describe('inside a git work tree, without --out', () => {
  it.for([
    { command: 'ca init', file: 'ca/root/ca.key' },
    { command: 'client create c --unrestricted', file: 'c.secret.yaml' },
    { command: 'admin create a', file: 'a.admin.key' },
  ])(
    '$command keeps keys outside, and says where',
    async ({ command, file }, { expect, ...context }) => {
      const { cwd, env } = await setUp(context)
      const { exitCode, stdout, stderr } = await runCli(command, { cwd, env })
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      const path = join(cwd, '../home/.local/share/edge-issuer', file)
      expect(stdout).toContain(path)
      expect(existsSync(path)).toBe(true)
      expect(execFileSync('git', ['status', '--porcelain'], { cwd }).toString()).toBe('')
    },
  )

  it('XDG_DATA_HOME says where, and ca renew looks there', async ({ expect, ...context }) => {
    const { cwd, env } = await setUp(context)
    const xdg = { ...env, XDG_DATA_HOME: join(cwd, '../data') }
    await runCli('ca init', { cwd, env: xdg })
    expect(existsSync(join(cwd, '../data/edge-issuer/ca/chain.pem'))).toBe(true)
    const renewed = await runCli('ca renew --out ../ca-2', { cwd, env: xdg })
    expect(renewed).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it('--out is taken at its word', async ({ expect, ...context }) => {
    const { cwd, env } = await setUp(context)
    await runCli('ca init --out ca', { cwd, env })
    expect(existsSync(join(cwd, 'ca/chain.pem'))).toBe(true)
  })
})
