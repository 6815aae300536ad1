import { once } from 'node:events'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '@edge-issuer/testbed/processes/ports'
import { type ManagedProcess, startProcess } from '@edge-issuer/testbed/processes/process'
import { isProcessAlive } from '@edge-issuer/testbed/processes/process-alive'
import { describe, it, type TestContext } from 'vitest'
import { makeProject, uninstall, type ProjectHarness } from '../support/project-harness.ts'
import { runCli, type Outcome } from '../support/run-cli.ts'

const MAIN = resolve(import.meta.dirname, '../../../cli/src/main.ts')

/** For whole starts on a busy machine, in milliseconds. */
const PATIENCE_MS = 60_000

const SLOW = { timeout: 300_000 }

/** A running `worker dev`. */
interface Dev {
  readonly process: ManagedProcess
  /** Waits until the output contains a text. */
  readonly says: (text: string) => Promise<void>
}

async function startDev(
  { cwd, path }: ProjectHarness,
  port: number,
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
): Promise<Dev> {
  const logFile = join(cwd, `dev-${String(Date.now())}.log`)
  const process = await startProcess({
    name: 'edge-issuer worker dev',
    command: globalThis.process.execPath,
    args: [MAIN, 'worker', 'dev', path('.'), '--port', String(port), '--secrets', 'keys'],
    env: { PATH: globalThis.process.env['PATH'], HOME: cwd },
    cwd,
    logFile,
  })
  onTestFinished(async () => {
    await process.kill()
  })
  const says = async (text: string): Promise<void> => {
    const deadline = Date.now() + PATIENCE_MS
    for (;;) {
      const log = await readFile(logFile, 'utf8')
      if (log.includes(text)) return
      if (process.end() !== undefined || Date.now() > deadline) {
        throw new Error(`worker dev did not say "${text}":\n${log}`)
      }
      await sleep(50)
    }
  }
  return { process, says }
}

/** Pids of the processes that a process has started (proc(5)). */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
  return text.split(' ').filter(Boolean).map(Number)
}

async function addKey({ cwd }: ProjectHarness): Promise<void> {
  await mkdir(join(cwd, 'keys'), { recursive: true })
  const key = await readFile(join(cwd, 'ca/issuing/ca.key'))
  await writeFile(join(cwd, 'keys/CA_KEY_DEFAULT'), key)
}

describe('worker dev', () => {
  it(
    'serves with TLS, reloads, and keeps ledger and certificate',
    SLOW,
    async ({ expect, ...context }) => {
      const project = await makeProject(context)
      const { cwd, path, edit } = project
      await addKey(project)
      const [port = 0] = await freePorts(1)
      const access = `--url https://localhost:${String(port)} --ca-file ${path('.edge-issuer/tls.pem')}`
      const cli = async (command: string): Promise<Outcome> =>
        runCli(`${command} ${access} --key admin.admin.key`, { cwd })

      const first = await startDev(project, port, context)
      await first.says(`listens at https://localhost:${String(port)}`)
      expect((await stat(path('.edge-issuer/tls.key'))).mode & 0o777).toBe(0o600)
      await runCli('client create c1 --allow-dns *.a.internal', { cwd })
      expect((await cli('clients apply --file c1.client.json')).stderr).toBe('')
      const health = await runCli(`health ${access} --key c1.secret.yaml`, { cwd })
      expect(health).toMatchObject({ exitCode: 0, stderr: '' })
      await first.says('"outcome":"healthy"')
      const check = await project.worker(
        `check --env production ${access} --key ../admin.admin.key`,
      )
      expect(check).toMatchObject({ exitCode: 0, stdout: '' })
      await first.says('"outcome":"measured"')

      await edit('signer.config.json', '"maxDurationSeconds"', '"maxDuration"')
      await first.says('Not reloaded: signer.config.json has 1 error')
      expect((await cli('clients list')).stdout).toContain('c1')
      await edit('signer.config.json', /"maxDuration": \d+/, '"maxDurationSeconds": 3600')
      await first.says('Reloaded.')
      expect((await cli('clients list')).stdout).toContain('c1')

      const children = await childrenOf(first.process.pid)
      expect(children.length).toBeGreaterThan(0)
      process.kill(first.process.pid, 'SIGINT')
      expect(await first.process.ended).toEqual({ code: 0, signal: null })
      const alive = await Promise.all(children.map(isProcessAlive))
      expect(alive).not.toContain(true)

      const certificate = await readFile(path('.edge-issuer/tls.pem'), 'utf8')
      const second = await startDev(project, port, context)
      await second.says('listens at')
      expect((await cli('clients list')).stdout).toContain('c1')
      expect(await readFile(path('.edge-issuer/tls.pem'), 'utf8')).toBe(certificate)

      const [other = 0] = await freePorts(1)
      const third = await project.worker(`dev --port ${String(other)} --secrets ../keys`)
      expect(third.exitCode).toBe(1)
      expect(third.stderr).toContain('is in use by "edge-issuer worker dev"')
      expect(await second.process.stop(PATIENCE_MS)).toEqual({ code: 0, signal: null })
    },
  )

  it('reads keys from .dev.vars', SLOW, async ({ expect, ...context }) => {
    const project = await makeProject(context)
    const { cwd, path } = project
    const key = await readFile(join(cwd, 'ca/issuing/ca.key'), 'utf8')
    await writeFile(path('.dev.vars'), `CA_KEY_DEFAULT="${key}"\n`)
    await mkdir(join(cwd, 'keys'))
    const [port = 0] = await freePorts(1)
    const dev = await startDev(project, port, context)
    await dev.says('listens at')
    expect(await dev.process.stop(PATIENCE_MS)).toEqual({ code: 0, signal: null })
  })

  it(
    'goes on with the former worker.js after one that does not start',
    SLOW,
    async ({ expect, ...context }) => {
      const project = await makeProject(context)
      await addKey(project)
      const entry = await readFile(project.path('worker.js'), 'utf8')
      const [port = 0] = await freePorts(1)
      const dev = await startDev(project, port, context)
      await dev.says('listens at')
      const access = `--url https://localhost:${String(port)} --ca-file ${project.path('.edge-issuer/tls.pem')}`
      const list = async (): Promise<Outcome> =>
        runCli(`clients list ${access} --key admin.admin.key`, { cwd: project.cwd })

      await writeFile(project.path('worker.js'), `${entry}\nexport const {`)
      await dev.says('Not reloaded: Uncaught SyntaxError: Unexpected end of input (worker.js:')
      await expect.poll(list, { timeout: PATIENCE_MS }).toMatchObject({ exitCode: 0 })

      await writeFile(project.path('worker.js'), `${entry}\n// A change.\n`)
      await dev.says('Reloaded.')
      expect(await list()).toMatchObject({ exitCode: 0 })
      expect(await dev.process.stop(PATIENCE_MS)).toEqual({ code: 0, signal: null })
    },
  )

  it('ends the workerd of a command that was killed', SLOW, async ({ expect, ...context }) => {
    const project = await makeProject(context)
    await addKey(project)
    const [port = 0] = await freePorts(1)
    const first = await startDev(project, port, context)
    await first.says('listens at')
    const [orphan = 0] = await childrenOf(first.process.pid)
    process.kill(first.process.pid, 'SIGKILL')
    await first.process.ended
    expect(await isProcessAlive(orphan)).toBe(true)

    const second = await startDev(project, port, context)
    await second.says('listens at')
    await second.says(`Killed process ${String(orphan)}, which an earlier "worker dev" had left`)
    expect(await isProcessAlive(orphan)).toBe(false)
    expect(await second.process.stop(PATIENCE_MS)).toEqual({ code: 0, signal: null })
    const links = (await readdir(project.path('.edge-issuer'))).filter((name) =>
      name.startsWith('workerd'),
    )
    expect(links).toEqual([])
  })

  it('refuses a port that is in use', async ({ expect, ...context }) => {
    const project = await makeProject(context)
    await addKey(project)
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    context.onTestFinished(() => {
      server.close()
    })
    const address = server.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const { exitCode, stderr } = await project.worker(`dev --port ${port} --secrets ../keys`)
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`cannot listen on port ${port}: another program uses it`)
  })

  it.for<{
    readonly name: string
    readonly change: (project: ProjectHarness) => Promise<void>
    readonly want: string
  }>([
    {
      name: 'a missing key, and says where it is looked for',
      change: async ({ cwd }) => rm(join(cwd, 'keys/CA_KEY_DEFAULT')),
      want: 'No private key was found: name a folder with --secrets',
    },
    {
      name: 'a folder of keys that does not exist',
      change: async ({ cwd }) => rm(join(cwd, 'keys'), { recursive: true }),
      want: 'cannot read the folder of private keys "../keys": no such file or directory',
    },
    {
      name: 'a configuration that is no JSON',
      change: async ({ path }) => writeFile(path('signer.config.json'), '{ "publicUrl" '),
      want: 'signer.config.json has 1 error:\n  the document: is not JSON: ',
    },
    {
      name: 'a worker module that is no worker.js',
      change: async ({ path }) => rename(path('worker.js'), path('worker.ts')),
      want: '"worker serve" and "worker dev" run worker.js, in JavaScript',
    },
    {
      name: 'a worker.js with a syntax error',
      change: async ({ path }) => writeFile(path('worker.js'), 'export default {'),
      want: 'the worker does not start: Uncaught SyntaxError: Unexpected end of input (worker.js:',
    },
    {
      name: 'a worker.js that imports another file of the project',
      change: async ({ path }) => writeFile(path('worker.js'), "import './helper.js'\n"),
      want: 'the worker does not start: Uncaught Error: No such module "helper.js". "worker dev" loads',
    },
    {
      name: 'every error of the configuration',
      change: async ({ edit }) =>
        edit('signer.config.json', '"maxDurationSeconds"', '"maxDuration"'),
      want: 'signer.config.json has 1 error:\n  /profiles/default: Unrecognized key: "maxDuration"',
    },
    {
      name: 'a project without miniflare',
      change: async (project) => uninstall(project, 'miniflare'),
      want: 'node_modules: miniflare is not installed; run "npm install" in "."',
    },
    {
      name: 'a project without edge-issuer',
      change: async (project) => uninstall(project, 'edge-issuer'),
      want: 'node_modules: edge-issuer is not installed; run "npm install" in "."',
    },
    {
      name: 'data in a place that is not writable',
      change: async ({ path }) => writeFile(path('.edge-issuer'), ''),
      want: 'cannot create ',
    },
  ])('refuses $name', async ({ change, want }, { expect, ...context }) => {
    const project = await makeProject(context)
    await addKey(project)
    await change(project)
    const [port = 0] = await freePorts(1)
    const { exitCode, stdout, stderr } = await project.worker(
      `dev --port ${String(port)} --secrets ../keys`,
    )
    expect(exitCode).toBe(1)
    // What workerd logs goes to standard output.
    expect(stdout).toMatch(want.startsWith('the worker does not start') ? /^service core/ : /^$/)
    expect(stderr).toContain(want)
    const isKeyMissing = want.startsWith('No private key')
    expect(stderr.includes('No private key was found')).toBe(isKeyMissing)
  })
})
