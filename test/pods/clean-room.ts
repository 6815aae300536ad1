/**
 * A place where only the files of a release exist: an empty folder and an empty home directory, for commands that see
 * nothing in the place of the checkout and of what was built from it.
 *
 * @module
 */
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findOrBuildBinary } from '@edge-issuer/testbed/control-plane'
import { cacheFolder } from '@edge-issuer/testbed/go-build/cached-build'
import {
  type ManagedProcess,
  runCommand,
  startProcess,
} from '@edge-issuer/testbed/processes/process'

/** The checkout, which commands cannot read. */
export const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))

/** A clean room. */
export interface CleanRoom {
  /** Folder of everything in it. */
  readonly folder: string
  /** Files of the release. */
  readonly assets: string
  /** Working directory of commands, which is empty at first. */
  readonly work: string
  /** Names in folders that commands cannot read. */
  readonly hidden: readonly string[]
  /**
   * Runs a command.
   * @returns Its standard output.
   * @throws Error with its output if it fails.
   */
  readonly run: (line: readonly [string, ...string[]], options?: RoomOptions) => Promise<string>
  /** Starts a server. */
  readonly start: (name: string, line: readonly [string, ...string[]]) => Promise<ManagedProcess>
  readonly remove: () => Promise<void>
}

/** Options for a command. */
export interface RoomOptions {
  /** Absolute, or relative to the working directory. */
  readonly cwd?: string
  readonly stdin?: string
}

/** Puts an empty file system in the place of folders, in a mount namespace of its own, and runs a command. */
const HIDE = `
while [ "$1" != -- ]; do
  mount -t tmpfs -o ro,mode=000,size=4k hidden "$1"
  shift
done
shift
exec "$@"
`

/**
 * Creates the room, in which `node`, `npm`, `kubectl` and `helm` are commands.
 *
 * @param assets - Folder with the files of a release, outside of the checkout.
 * @param env - Further variables of every command.
 */
export async function createCleanRoom(
  assets: string,
  env: Readonly<Record<string, string>>,
): Promise<CleanRoom> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-issuer-clean-room-'))
  const [tools, home, work] = ['tools', 'home', 'work'].map((name) => join(folder, name))
  if (tools === undefined || home === undefined || work === undefined) throw new Error('folders')
  for (const path of [tools, home, work]) await mkdir(path)
  await installTools(tools)
  const hidden = [CHECKOUT, dirname(cacheFolder('any', process.env))]
  const environment = {
    ...npmSettings(),
    HOME: home,
    PATH: [join(home, '.local/bin'), tools, await folderOfNpm(), '/usr/bin', '/bin'].join(
      delimiter,
    ),
    CI: '1',
    WRANGLER_SEND_METRICS: 'false',
    ...env,
  }
  const inRoom = (line: readonly string[]): { command: string; args: readonly string[] } => ({
    command: 'unshare',
    args: ['--mount', '--', 'sh', '-euc', HIDE, 'hide', ...hidden, '--', ...line],
  })
  return {
    folder,
    assets,
    work,
    hidden,
    run: async (line, { cwd = '.', stdin = '' } = {}) => {
      const { code, stdout, stderr } = await runCommand({
        ...inRoom(line),
        env: environment,
        cwd: resolve(work, cwd),
        stdin,
      })
      if (code !== 0) throw new Error(`${line.join(' ')}: ${stderr}${stdout}`)
      return stdout
    },
    start: async (name, line) =>
      startProcess({
        name,
        ...inRoom(line),
        env: environment,
        cwd: work,
        logFile: join(folder, `${name}.log`),
      }),
    remove: async () => rm(folder, { recursive: true }),
  }
}

/** Node of this process, and kubectl and Helm of the control plane. */
async function installTools(tools: string): Promise<void> {
  await copyFile(process.execPath, join(tools, 'node'))
  const { path } = await findOrBuildBinary((line) => process.stderr.write(`${line}\n`))
  const binary = join(tools, 'control-plane')
  await copyFile(path, binary)
  for (const name of ['helm', 'kubectl']) {
    await writeFile(join(tools, name), `#!/bin/sh\nexec ${binary} ${name} "$@"\n`)
  }
  for (const name of await readdir(tools)) await chmod(join(tools, name), 0o755)
}

/** The folder of the machine's npm. */
async function folderOfNpm(): Promise<string> {
  const { code, stdout } = await runCommand({
    command: '/bin/sh',
    args: ['-c', 'command -v npm'],
    env: process.env,
  })
  if (code !== 0) throw new Error('npm is not in PATH')
  return dirname(stdout.trim())
}

/** Variables with which this machine reaches the npm registry. */
const NETWORK_VARIABLE =
  /^(?:https?_proxy|no_proxy|node_extra_ca_certs|npm_config_(?:registry|cache))$/iu

/** How this machine reaches the npm registry, and its cache of packages. */
function npmSettings(): Readonly<Record<string, string>> {
  const network = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && NETWORK_VARIABLE.test(name) ? [[name, value] as const] : [],
  )
  return {
    npm_config_cache: join(homedir(), '.npm'),
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_prefer_offline: 'true',
    ...Object.fromEntries(network),
  }
}
