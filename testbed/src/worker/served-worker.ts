/**
 * A worker that `edge-issuer worker serve` runs, as an operator would start it: project, folder of secrets, data
 * directory, TLS files, and the command in a process group of its own.
 *
 * @module
 */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WORKER_ENTRY } from '@edge-issuer/cli/server/worker-modules'
import { VERSION } from '@edge-issuer/cli/version'
import { makeKey } from '../pki/x509.ts'
import { type ManagedProcess, startProcess, waitUntilReady } from '../processes/process.ts'
import { enrolClients, splitConfig } from './enrol-clients.ts'
import { cachedWorkerLibrary } from './worker-library.ts'

const COMMAND = join(import.meta.dirname, '../../../cli/src/main.ts')
const START_TIMEOUT_MS = 60_000
const STOP_GRACE_MS = 15_000

/** Names in the directory of a {@link ServedFiles}. */
export const SERVED_PATHS = {
  project: 'project',
  config: 'project/signer.config.json',
  secrets: 'secrets',
  data: 'data',
  tlsKey: 'tls.key',
  tlsCertificate: 'tls.crt',
  log: 'serve.log',
} as const

/** Contents of the operator's files. */
export interface ServedFiles {
  /** Exists. */
  readonly directory: string
  /** Text of `signer.config.json`. */
  readonly config: string
  /** Worker secrets by name. */
  readonly secrets: Readonly<Record<string, string>>
  readonly tls: { readonly keyPem: string; readonly certificatePem: string }
}

/** Writes the operator's files, with an empty data directory. */
export async function writeServedFiles(files: ServedFiles): Promise<void> {
  const { directory, config, secrets, tls } = files
  const path = (name: string): string => join(directory, name)
  const library = path(`${SERVED_PATHS.project}/node_modules/edge-issuer`)
  await mkdir(join(library, 'worker'), { recursive: true })
  await copyFile(await cachedWorkerLibrary(), join(library, 'worker/index.mjs'))
  const packageFile = { name: 'edge-issuer', version: VERSION }
  await writeFile(join(library, 'package.json'), JSON.stringify(packageFile))
  await writeFile(path(`${SERVED_PATHS.project}/worker.js`), WORKER_ENTRY)
  await writeFile(path(SERVED_PATHS.config), config)
  await mkdir(path(SERVED_PATHS.secrets), { mode: 0o700 })
  for (const [name, text] of Object.entries(secrets)) {
    await writeFile(path(`${SERVED_PATHS.secrets}/${name}`), text, { mode: 0o600 })
  }
  await mkdir(path(SERVED_PATHS.data), { mode: 0o700 })
  await writeFile(path(SERVED_PATHS.tlsKey), tls.keyPem, { mode: 0o600 })
  await writeFile(path(SERVED_PATHS.tlsCertificate), tls.certificatePem)
}

/** Options of {@link startServed}. */
export interface ServedOptions {
  /** With the operator's files. */
  readonly directory: string
  readonly port: number
  /** Programs with their arguments to run the command with, such as `unshare -m`. */
  readonly wrapper?: readonly string[]
  /** Path of the command's program; the sources when absent. */
  readonly program?: string
  /** The data directory; the one of {@link writeServedFiles} when absent. */
  readonly data?: string
}

/** @returns The arguments of the command that serves the operator's files. */
export function servedArguments({ directory, port, data }: ServedOptions): readonly string[] {
  const path = (name: string): string => join(directory, name)
  const flags = {
    data: data ?? path(SERVED_PATHS.data),
    listen: `127.0.0.1:${String(port)}`,
    secrets: path(SERVED_PATHS.secrets),
    'tls-cert': path(SERVED_PATHS.tlsCertificate),
    'tls-key': path(SERVED_PATHS.tlsKey),
  }
  return [
    'worker',
    'serve',
    path(SERVED_PATHS.project),
    ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
  ]
}

/** A server that runs. */
export interface ServedWorker extends AsyncDisposable {
  readonly url: string
  /** The command. */
  readonly process: ManagedProcess
  /** Pid of the process of workerd; `undefined` when there is none. */
  readonly workerdPid: () => Promise<number | undefined>
  /** SIGTERM. @returns The exit code. */
  readonly stop: () => Promise<number | null>
}

/** Starts the command; it need not be ready yet. Its output goes to `serve.log` of the directory. */
export async function spawnServed(options: ServedOptions): Promise<ServedWorker> {
  const { directory, port, program = COMMAND, wrapper = [] } = options
  const line = [...wrapper, process.execPath, program, ...servedArguments(options)]
  const started = await startProcess({
    name: 'edge-issuer worker serve',
    command: line[0] ?? '',
    args: line.slice(1),
    env: { PATH: process.env['PATH'] },
    logFile: join(directory, SERVED_PATHS.log),
    cwd: directory,
  })
  const stop = async (): Promise<number | null> => (await started.stop(STOP_GRACE_MS)).code
  return {
    url: `https://127.0.0.1:${String(port)}`,
    process: started,
    workerdPid: async () => {
      const { pid } = started
      const children = await readFile(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
      const child = children.split(' ').find((text) => text !== '')
      return child === undefined ? undefined : Number(child)
    },
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop()
    },
  }
}

/**
 * Starts the command and waits until it serves.
 *
 * @throws ProcessStartError with the end of the log, when it does not
 */
export async function startServed(options: ServedOptions): Promise<ServedWorker> {
  const served = await spawnServed(options)
  await waitUntilReady(served.process, {
    probe: async () => (await served.process.logTail()).includes(': serving '),
    timeoutMs: START_TIMEOUT_MS,
  })
  return served
}

/**
 * Starts a server for the first time, and registers the clients that are beside the rest of its configuration.
 *
 * @param files - `config` may have `clients`, as `startLocalWorker` takes them.
 */
export async function startNewServed(
  files: ServedFiles,
  options: Omit<ServedOptions, 'directory'>,
): Promise<ServedWorker> {
  const admin = makeKey('Ed25519')
  const split = splitConfig(files.config, admin)
  await writeServedFiles({ ...files, config: split?.text ?? files.config })
  const served = await startServed({ ...options, directory: files.directory })
  if (split !== undefined) await enrolClients(served.url, admin, split)
  return served
}
