import { execFileSync } from 'node:child_process'
import { appendFile, cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it, type TestContext, vi } from 'vitest'
import { makeProject } from '../support/project-harness.ts'
import { runCli, temporaryFolder } from '../support/run-cli.ts'

/** An empty repository; the configuration of the machine's user has no part in it. */
async function aWorkTree(context: Pick<TestContext, 'onTestFinished'>): Promise<string> {
  const cwd = await temporaryFolder(context)
  execFileSync('git', ['init', '--quiet'], { cwd })
  return cwd
}

const WARNING = 'warning: private keys are in a git work tree that does not ignore them: '

describe('a private key in a git work tree', () => {
  it.for([
    { command: 'ca init --out ca', keys: ['ca/root/ca.key', 'ca/issuing/ca.key'] },
    { command: 'client create c --unrestricted --out .', keys: ['c.secret.yaml'] },
    { command: 'admin create a --out .', keys: ['a.admin.key'] },
  ])('is warned of: $command', async ({ command, keys }, { expect, ...context }) => {
    const cwd = await aWorkTree(context)
    const { exitCode, stderr } = await runCli(command, { cwd })
    expect(exitCode).toBe(0)
    const paths = keys.map((key) => join(cwd, key)).join(', ')
    expect(stderr).toContain(`${WARNING}${paths}; move them, or add them to .gitignore\n`)
  })

  it('is not warned of when git ignores it', async ({ expect, ...context }) => {
    const cwd = await aWorkTree(context)
    await writeFile(join(cwd, '.gitignore'), '*.key\n')
    expect((await runCli('ca init --out ca', { cwd })).stderr).toBe('')
  })

  it('is warned of alone when another one is ignored', async ({ expect, ...context }) => {
    const cwd = await aWorkTree(context)
    await writeFile(join(cwd, '.gitignore'), 'root/\n')
    expect((await runCli('ca init --out ca', { cwd })).stderr).toContain(
      `${WARNING}${join(cwd, 'ca/issuing/ca.key')};`,
    )
  })

  it('is warned of where git cannot tell', async ({ expect, ...context }) => {
    const cwd = await temporaryFolder(context)
    await mkdir(join(cwd, 'tree/below'), { recursive: true })
    // As git-worktree makes it; here it leads nowhere.
    await appendFile(join(cwd, 'tree/.git'), 'gitdir: /nonexistent\n')
    const { stderr } = await runCli('ca init --out ca', { cwd: join(cwd, 'tree/below') })
    expect(stderr).toContain(WARNING)
  })

  it('is warned of without git', async ({ expect, ...context }) => {
    const cwd = await aWorkTree(context)
    vi.stubEnv('PATH', '/nonexistent')
    context.onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    expect((await runCli('ca init --out ca', { cwd })).stderr).toContain(WARNING)
  })
})

it('nothing is said outside of a work tree', async ({ expect, ...context }) => {
  const cwd = await temporaryFolder(context)
  expect((await runCli('ca init --out ca', { cwd })).stderr).toBe('')
})

it('a key that --secrets names is warned of unless the project ignores it', async ({
  expect,
  ...context
}) => {
  const project = await makeProject(context)
  execFileSync('git', ['init', '--quiet'], { cwd: project.path('.') })
  const keys = ['keys/CA_KEY_DEFAULT', 'elsewhere/CA_KEY_DEFAULT', 'secrets/METRICS_TOKEN']
  const ignored = execFileSync('git', ['check-ignore', ...keys], {
    cwd: project.path('.'),
    encoding: 'utf8',
  })
  expect(ignored.trim().split('\n')).toEqual(keys)
  await mkdir(project.path('keys'))
  await cp(join(project.cwd, 'ca/issuing/ca.key'), project.path('keys/CA_KEY_DEFAULT'))
  const commands = ['worker check --env production', 'config check signer.config.json']
  const warnings = async (): Promise<readonly boolean[]> =>
    Promise.all(
      commands.map(async (command) => {
        const { exitCode, stderr } = await runCli(`${command} --secrets keys`, {
          cwd: project.path('.'),
        })
        expect(exitCode).toBe(0)
        return stderr.includes(`${WARNING}${project.path('keys/CA_KEY_DEFAULT')};`)
      }),
    )
  expect(await warnings()).toEqual([false, false])
  await writeFile(project.path('.gitignore'), '')
  expect(await warnings()).toEqual([true, true])
})

it('this repository ignores the keys that its documents make', async ({ expect, ...context }) => {
  const cwd = await aWorkTree(context)
  await cp(join(import.meta.dirname, '../../../.gitignore'), join(cwd, '.gitignore'))
  const keys = ['ca/root/ca.key', 'ca-2/issuing/ca.key', 'cluster-1.secret.yaml', 'alice.admin.key']
  const ignored = execFileSync('git', ['check-ignore', ...keys], { cwd, encoding: 'utf8' })
  expect(ignored.trim().split('\n')).toEqual(keys)
})
