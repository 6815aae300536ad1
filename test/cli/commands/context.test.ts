import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, it, type TestContext, vi } from 'vitest'
import { runCli, type Outcome, temporaryFolder } from '../support/run-cli.ts'
import { refusal, startStubWorker } from '../support/stub-worker.ts'

beforeEach(() => {
  // A proxy of the machine must not intercept connections to the test server.
  vi.stubEnv('NO_PROXY', '127.0.0.1')
  return () => vi.unstubAllEnvs()
})

interface Harness {
  readonly cwd: string
  readonly cli: (args: string, env?: Readonly<Record<string, string>>) => Promise<Outcome>
}

async function setUp(context: Pick<TestContext, 'onTestFinished'>): Promise<Harness> {
  const cwd = await temporaryFolder(context)
  const cli: Harness['cli'] = async (args, env = {}) => runCli(args, { cwd, env })
  await cli('admin create a')
  await cli('admin create b')
  return { cwd, cli }
}

const fileOf = (cwd: string): string => join(cwd, '.config/edge-issuer/contexts.json')

describe('edge-issuer context', () => {
  it('keeps paths, never a key, in a file for this user alone', async ({ expect, ...context }) => {
    const { cwd, cli } = await setUp(context)
    expect(await cli('context add one --url https://one.example --key a.admin.key')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^Added context one, key \S{43}; the current context is one\n$/,
      ),
    })
    await cli('context add two --url https://two.example --key b.admin.key')
    const text = await readFile(fileOf(cwd), 'utf8')
    expect(JSON.parse(text)).toEqual({
      current: 'one',
      contexts: {
        one: { url: 'https://one.example', key: join(cwd, 'a.admin.key') },
        two: { url: 'https://two.example', key: join(cwd, 'b.admin.key') },
      },
    })
    expect(text).not.toContain('PRIVATE KEY')
    expect((await stat(fileOf(cwd))).mode & 0o777).toBe(0o600)
    expect((await stat(join(cwd, '.config/edge-issuer'))).mode & 0o777).toBe(0o700)
  })

  it('is where XDG_CONFIG_HOME says', async ({ expect, ...context }) => {
    const { cwd, cli } = await setUp(context)
    const env = { XDG_CONFIG_HOME: join(cwd, 'xdg') }
    await cli('context add one --url https://one.example --key a.admin.key', env)
    expect((await cli('context list -o json', env)).stdout).toContain('https://one.example')
    await expect(stat(join(cwd, 'xdg/edge-issuer/contexts.json'))).resolves.toBeDefined()
    expect((await cli('context list')).stderr).toContain('no contexts in')
  })

  it('use, list and remove', async ({ expect, ...context }) => {
    const { cwd, cli } = await setUp(context)
    await cli('context add one --url https://one.example --key a.admin.key')
    await cli('context add two --url https://two.example --key b.admin.key --use')
    expect((await cli('context list')).stdout).toMatch(/^ +one .*\n\* +two /m)
    expect((await cli('context use one')).stdout).toBe(
      'The current context is one: https://one.example\n',
    )
    expect((await cli('context remove one')).stdout).toContain('no context is current')
    expect((await cli('context list')).stdout).not.toContain('one.example')
    await expect(stat(join(cwd, 'a.admin.key'))).resolves.toBeDefined()
  })

  it.for([
    [
      'context add one --url https://c.example --key a.admin.key',
      1,
      'context "one" already exists',
    ],
    ['context add two --url http://c.example --key a.admin.key', 2, 'the url must be https'],
    ['context add two --url https://c.example --key none.key', 1, 'cannot read "none.key"'],
    ['context add two --url https://c.example --key a.admin.json', 1, 'no private key'],
    [
      'context add two --url https://c.example --key a.admin.key --ca-file a.admin.key',
      1,
      'contains no PEM certificate',
    ],
    ['context add Two --url https://c.example --key a.admin.key', 2, 'expected a DNS label'],
    ['context use two', 2, 'unknown context "two"; the contexts are: one'],
    ['context use constructor', 2, 'unknown context "constructor"'],
    ['context remove two', 2, 'unknown context "two"'],
    ['certificates list --context two', 2, 'unknown context "two"'],
  ] as const)(
    '%s is refused, and changes nothing',
    async ([args, exitCode, said], { expect, ...context }) => {
      const { cwd, cli } = await setUp(context)
      await cli('context add one --url https://one.example --key a.admin.key')
      const before = await readFile(fileOf(cwd), 'utf8')
      expect(await cli(args)).toMatchObject({ exitCode, stderr: expect.stringContaining(said) })
      expect(await readFile(fileOf(cwd), 'utf8')).toBe(before)
    },
  )
})

/** Each of these is a worker of its own, known by where the request comes in. */
const PARTS = ['flag', 'variable', 'context'] as const

describe('a part of the connection', () => {
  it.for([
    { given: ['flag', 'variable', 'context'], counts: 'flag' },
    { given: ['variable', 'context'], counts: 'variable' },
    { given: ['context'], counts: 'context' },
    { given: ['variable'], counts: 'variable' },
  ] as const)('$given: the $counts counts', async ({ given, counts }, { expect, ...context }) => {
    const { cwd, cli } = await setUp(context)
    const worker = await startStubWorker(refusal('role_missing'), cwd, context)
    const dead = 'https://127.0.0.1:1'
    const url = (part: (typeof PARTS)[number]): string => (part === counts ? worker.url : dead)
    const has = (part: (typeof PARTS)[number]): boolean => given.some((one) => one === part)
    const env = has('variable')
      ? {
          EDGE_ISSUER_URL: url('variable'),
          EDGE_ISSUER_KEY: 'a.admin.key',
          EDGE_ISSUER_CA_FILE: worker.rootsFile,
        }
      : {}
    if (has('context')) {
      await cli(
        `context add c --url ${url('context')} --key b.admin.key --ca-file ${worker.rootsFile}`,
      )
    }
    const flags = has('flag')
      ? ` --url ${url('flag')} --key a.admin.key --ca-file ${worker.rootsFile}`
      : ''
    const { exitCode, stderr } = await cli(`certificates list${flags}`, env)
    expect(stderr).toContain('(role_missing)')
    expect(exitCode).toBe(3)
    expect(worker.seen).toHaveLength(1)
  })

  it('--context comes before variables, and EDGE_ISSUER_CONTEXT before the current one', async ({
    expect,
    ...context
  }) => {
    const { cwd, cli } = await setUp(context)
    const worker = await startStubWorker(refusal('role_missing'), cwd, context)
    await cli(
      `context add dead --url https://127.0.0.1:1 --key a.admin.key --ca-file ${worker.rootsFile}`,
    )
    await cli(
      `context add live --url ${worker.url} --key b.admin.key --ca-file ${worker.rootsFile}`,
    )
    const named = await cli('certificates list --context live', {
      EDGE_ISSUER_URL: 'https://127.0.0.1:1',
      EDGE_ISSUER_CONTEXT: 'dead',
      EDGE_ISSUER_KEY: 'none.key',
    })
    expect(named.stderr).toContain('(role_missing)')
    const byVariable = await cli('certificates list', { EDGE_ISSUER_CONTEXT: 'live' })
    expect(byVariable.stderr).toContain('(role_missing)')
    expect((await cli('certificates list')).stderr).toContain('127.0.0.1:1')
  })

  it('the roots of a context are for its own URL', async ({ expect, ...context }) => {
    const { cwd, cli } = await setUp(context)
    const worker = await startStubWorker(refusal('role_missing'), cwd, context)
    await cli(
      `context add c --url https://127.0.0.1:1 --key a.admin.key --ca-file ${worker.rootsFile}`,
    )
    const { stderr } = await cli(`certificates list --url ${worker.url}`)
    expect(stderr).toContain('(tls_untrusted)')
  })

  it.for([
    [
      'certificates list',
      {},
      '--url: the flag is required without a context; give the flag, set EDGE_ISSUER_URL',
    ],
    ['certificates list', { EDGE_ISSUER_URL: '' }, '--url: the flag is required'],
    [
      'health --url https://a',
      {},
      '--key: the flag is required without a context; give the flag, set EDGE_ISSUER_KEY',
    ],
  ] as const)(
    '%s without one ends as usage error',
    async ([args, env, said], { expect, ...context }) => {
      const { cli } = await setUp(context)
      expect(await cli(args, env)).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining(said),
      })
    },
  )
})
