/**
 * The demo in a pseudo-terminal, as a user runs it: its output, every way in which it can end, and that
 * nothing is left.
 *
 * @module
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BINARY_VARIABLE, startControlPlane } from '@edge-issuer/testbed/control-plane'
import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { isProcessAlive } from '@edge-issuer/testbed/processes/process-alive'
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest'
import { childrenOf, processesWith, type Running } from './demo-processes.ts'
import { CTRL_C, openTerminal, type Terminal } from './terminal.ts'

const ROOT = join(import.meta.dirname, '../../..')
const UP = /The demo runs until Ctrl-C/
const START_TIMEOUT_MS = 240_000
const END_TIMEOUT_MS = 120_000

/** Its name has a space, which every command that the demo prints must quote. */
let folder: string
let stateIn: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-test-'))
  stateIn = join(folder, 'a state')
  await mkdir(stateIn)
})
afterEach(async () => {
  // Leftovers of a failed test must not fail the next one.
  for (const terminal of terminals.splice(0)) terminal.close()
  await nothingLeft()
})
afterAll(async () => rm(folder, { recursive: true }))

const terminals: Terminal[] = []

const env = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  TERM: 'xterm',
  // What the project's setup has found or built.
  [BINARY_VARIABLE]: process.env[BINARY_VARIABLE],
  ...more,
})

/** Types the command into a new terminal. */
function demo(flags = '', more: NodeJS.ProcessEnv = {}): Terminal {
  const command = `npm run demo -- --state-in '${stateIn}' ${flags}`
  const terminal = openTerminal(command, { cwd: ROOT, env: env(more) })
  terminals.push(terminal)
  return terminal
}

/** Starts the demo and waits until it is up. */
async function demoThatIsUp(): Promise<Terminal> {
  const terminal = demo()
  await terminal.waitFor(UP, START_TIMEOUT_MS)
  return terminal
}

/** Processes of the demo: each has the folder of the state in its arguments. */
const running = async (): Promise<readonly Running[]> => processesWith(folder)

/** @returns The one process whose arguments match. */
async function processOf(pattern: RegExp): Promise<number> {
  const [one, ...more] = (await running()).filter(({ args }) => pattern.test(args))
  if (one === undefined || more.length > 0) throw new Error(`not one process: ${String(pattern)}`)
  return one.pid
}

/** Waits until no process of the demo runs. */
const nothingLeft = async (): Promise<void> =>
  pollUntil({
    what: 'the end of every process',
    probe: async () => (await running()).length === 0,
    timeoutMs: END_TIMEOUT_MS,
  })

/** @returns The holder of the relay's lease, read from the stopped demo's cluster. */
async function leaseHolder(): Promise<string> {
  const directory = join(stateIn, 'edge-issuer-demo/cluster')
  const plane = await startControlPlane({ directory, certManager: 'off' })
  try {
    const { stdout, stderr } = await plane.kubectl([
      'get',
      'lease',
      'edge-issuer-relay',
      '--namespace=edge-issuer',
      '--output=jsonpath={.spec.leaseTransitions}:{.spec.holderIdentity}:{.metadata.name}',
    ])
    if (!stdout.endsWith(':edge-issuer-relay')) throw new Error(stderr)
    return stdout.split(':')[1] ?? ''
  } finally {
    await plane.stop()
  }
}

const RELAY = /relay\/src\/main\.ts/
const WORKER = /main\.ts worker serve/
const API_SERVER = /control-plane kube-apiserver/
const COMMAND = /^\d+ \S*node \S*testbed\/src\/demo\/main\.ts/

describe('the demo in a terminal', () => {
  it('shows status, chains and the ledger; its hints run anywhere; Ctrl-C ends it in order', async ({
    expect,
  }) => {
    const terminal = await demoThatIsUp()
    const [text] = await terminal.waitFor(/^[^]*--clean .* --caches\n/, END_TIMEOUT_MS)
    for (const shown of [
      /Certificate from the Issuer: creation to Ready/,
      /Certificate from the ClusterIssuer: creation to Ready/,
      / leads, Lease renewed .* ago/,
      /^ *ClusterIssuer +- +edge +True +Checked/m,
      /^ *Issuer +demo +edge +True +Checked/m,
      /The chain in Secret demo\/by-issuer-tls, from the Issuer\n +0 +subject/,
      /^ +names +DNS:by-clusterissuer\.example\.com$/m,
      /^ +1 +subject +CN=edge-issuer Issuing CA$/m,
      /certificates list.*\n +ISSUED +VALID TO/,
      /also the built programs \([\d.]+ [kMG]?B in /,
    ])
      expect(text).toMatch(shown)
    expect(text).not.toMatch(/[A-Za-z0-9+/=]{100}/)

    // Another terminal: another folder, and a node that is too old.
    const elsewhere = join(folder, 'elsewhere')
    await mkdir(elsewhere)
    await writeFile(join(elsewhere, 'node'), '#!/bin/sh\necho too old >&2\nexit 9\n', {
      mode: 0o755,
    })
    const hints = hintsIn(text).filter((line) => !line.includes('--clean'))
    expect(hints.length).toBeGreaterThan(8)
    const typed = join(elsewhere, 'typed.sh')
    await writeFile(typed, `set -e\n${hints.join('\n')}\n`)
    const { code, stdout, stderr } = await runCommand({
      command: 'bash',
      args: ['--norc', '-O', 'expand_aliases', typed],
      cwd: elsewhere,
      env: { PATH: `${elsewhere}:/usr/bin:/bin` },
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const shown of [
      /requests: 2 issued/,
      /issuer\.edge-issuer\.dev\/edge/,
      /^Name: +edge$/m,
    ]) {
      expect(stdout).toMatch(shown)
    }
    expect(stdout).toMatch(/ISSUED +VALID TO/)

    const clean = demo('--clean')
    expect(await clean.ended).toBe(1)
    expect(clean.printed()).toMatch(/is running as process \d+; stop that process first/)

    terminal.type(CTRL_C)
    expect(await terminal.ended).toBe(0)
    expect(terminal.printed()).toMatch(/Stopping\n +ok +relay stopped/)
    expect(await running()).toEqual([])
    expect(await leaseHolder()).toBe('')
  })

  it.for([
    {
      what: 'the relay',
      pattern: RELAY,
      log: /relay ended with SIGKILL; the end of .*relay\.log:\n\{/,
    },
    {
      what: 'the worker',
      pattern: WORKER,
      log: /worker ended with SIGKILL; the end of .*worker\.log:\n/,
    },
    {
      what: 'the API server',
      pattern: API_SERVER,
      log: /kube-apiserver ended with SIGKILL; the end of .*kube-apiserver\.log:\n/,
    },
  ])(
    'ends with the last lines of the log when $what is killed',
    async ({ pattern, log }, { expect }) => {
      const terminal = await demoThatIsUp()
      const pid = await processOf(pattern)
      const children = await childrenOf(pid)
      process.kill(pid, 'SIGKILL')
      expect(await terminal.ended).toBe(1)
      for (const child of children) expect(await isProcessAlive(child)).toBe(false)
      expect(terminal.printed()).toMatch(log)
      expect(await running()).toEqual([])
    },
  )

  // Ctrl-C sends SIGINT, and a terminal that is closed SIGHUP.
  it('ends in order by SIGTERM', async ({ expect }) => {
    const terminal = await demoThatIsUp()
    process.kill(await processOf(COMMAND), 'SIGTERM')
    expect(await terminal.ended).toBe(0)
    expect(await running()).toEqual([])
  })

  it('ends in order when the terminal is closed', async ({ expect }) => {
    const terminal = await demoThatIsUp()
    terminal.close()
    await nothingLeft()
    expect(await leaseHolder()).toBe('')
  })

  it.for([/ok +etcd/, /ok +kube-apiserver/, /ok +cert-manager/, /ok +relay under/])(
    'leaves nothing when Ctrl-C comes after %s',
    async (step, { expect }) => {
      const terminal = demo()
      await terminal.waitFor(step, START_TIMEOUT_MS)
      terminal.type(CTRL_C)
      expect(await terminal.ended).toBe(1)
      expect(terminal.printed()).toMatch(/edge-issuer demo: interrupted/)
      expect(terminal.printed()).not.toMatch(UP)
      expect(await running()).toEqual([])
    },
  )

  it('removes its state and the caches, and only them', async ({ expect }) => {
    const cache = join(folder, 'cache')
    await mkdir(join(cache, 'edge-issuer/some-program'), { recursive: true })
    await mkdir(join(cache, 'of-others'))
    await writeFile(join(cache, 'edge-issuer/some-program/binary'), 'x'.repeat(2_000_000))
    await writeFile(join(stateIn, 'of-others'), 'x')
    const first = demo('--clean', { XDG_CACHE_HOME: cache })
    expect(await first.ended).toBe(0)
    expect(first.printed()).toMatch(/Removed .*edge-issuer-demo \([\d.]+ MB\)\./)
    expect(first.printed()).toMatch(
      /Kept the built programs \(2\.0 MB in .*\); --caches removes them too/,
    )
    expect(await readdir(stateIn)).toEqual(['of-others'])

    const second = demo('--clean --caches', { XDG_CACHE_HOME: cache })
    expect(await second.ended).toBe(0)
    expect(await readdir(cache)).toEqual(['of-others'])
  })
})

/** A cache in which this process seems to build, and a `go` that prints its version. */
async function cacheInUse(): Promise<NodeJS.ProcessEnv> {
  const cache = await mkdtemp(join(folder, 'cache-'))
  const tools = await mkdtemp(join(folder, 'tools-'))
  await mkdir(join(cache, 'edge-issuer/control-plane'), { recursive: true })
  await writeFile(join(cache, 'edge-issuer/control-plane/build.lock'), `${String(process.pid)} x\n`)
  const go = "#!/bin/sh\nprintf 'go1.26.8\\nlinux\\namd64\\n'\n"
  await writeFile(join(tools, 'go'), go, { mode: 0o755 })
  return {
    [BINARY_VARIABLE]: '',
    XDG_CACHE_HOME: cache,
    PATH: `${tools}:${process.env['PATH'] ?? ''}`,
  }
}

describe('another build', () => {
  it('is waited for until Ctrl-C', async ({ expect }) => {
    const terminal = demo('', await cacheInUse())
    await terminal.waitFor(/is building the control plane; waiting for it/, START_TIMEOUT_MS)
    terminal.type(CTRL_C)
    expect(await terminal.ended).toBe(1)
    expect(terminal.printed()).toMatch(/edge-issuer demo: interrupted/)
    expect(await running()).toEqual([])
  })

  it('keeps its cache', async ({ expect }) => {
    const more = await cacheInUse()
    const terminal = demo('--clean --caches', more)
    expect(await terminal.ended).toBe(1)
    expect(terminal.printed()).toMatch(/process \d+ is building in .*; retry when it has finished/)
    const lock = join(more['XDG_CACHE_HOME'] ?? '', 'edge-issuer/control-plane/build.lock')
    expect(await readFile(lock, 'utf8')).toContain(String(process.pid))
  })
})

/** The commands that the demo prints: lines with more indentation than the text around them. */
const hintsIn = (text: string): readonly string[] =>
  text
    .slice(text.search(UP))
    .split('\n')
    .filter((line) => /^ {4}\S/.test(line))
    .map((line) => line.trim())
