/**
 * Serves the worker of the demo in workerd.
 *
 * @module
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { dirname, join } from 'node:path'
import { type ManagedProcess, startProcess, waitUntilReady } from '../processes/process.ts'
import { CONFIG_FILE } from '../project/new-project.ts'
import { COMPATIBILITY_DATE } from '../project/pins.ts'
import { WORKER_CLASSES } from '../project/worker-classes.ts'
import { environmentName, workerEnvironment, workerModules } from '../server/worker-modules.ts'
import { renderWorkerdConfig, workerdArguments, type WorkerdTls } from '../server/workerd-config.ts'
import { findWorkerd } from '../server/workerd-program.ts'

/** What to serve; all paths are absolute. */
export interface ServedWorker {
  /** Folder that `worker init` created. */
  readonly project: string
  /** The module `edge-issuer/worker`. */
  readonly library: string
  readonly workerd: string | undefined
  readonly workerdFolders: readonly string[]
  /** Folder of the ledger; exists. */
  readonly ledger: string
  /** Folder with a file for each secret. */
  readonly secrets: string
  readonly tls: WorkerdTls
  /** The CA of the TLS certificate. */
  readonly tlsCaPem: string
  readonly url: string
  readonly logFile: string
}

const START_TIMEOUT_MS = 30_000
const PROBE_TIMEOUT_MS = 1_000

/** Starts workerd and waits until the worker is configured. @throws Error if workerd is missing or does not start */
export async function serveWorker(
  worker: ServedWorker,
  signal: AbortSignal,
): Promise<ManagedProcess> {
  const { url, tlsCaPem } = worker
  const workerd = await findWorkerd(worker.workerd, worker.workerdFolders)
  if (!workerd.ok) throw new Error(workerd.error)
  const secrets = await readSecrets(worker.secrets)
  const configPath = join(dirname(worker.logFile), 'workerd.capnp')
  await writeFile(configPath, await workerdConfig(worker, secrets), { mode: 0o600 })
  const process = await startProcess({
    name: 'workerd',
    command: workerd.value,
    args: workerdArguments(configPath),
    env: workerEnvironment(secrets),
    logFile: worker.logFile,
  })
  return waitUntilReady(process, {
    timeoutMs: START_TIMEOUT_MS,
    signal,
    probe: async () => isServed(`${url}/healthz`, tlsCaPem),
  })
}

async function workerdConfig(
  { project, library, ledger, tls, url }: ServedWorker,
  secrets: ReadonlyMap<string, string>,
): Promise<string> {
  return renderWorkerdConfig({
    modules: workerModules({
      entry: await readFile(join(project, 'worker.js'), 'utf8'),
      library: await readFile(library, 'utf8'),
      config: await readFile(join(project, CONFIG_FILE), 'utf8'),
    }),
    compatibilityDate: COMPATIBILITY_DATE,
    bindings: Array.from(secrets.keys(), (name) => ({
      name,
      value: { fromEnvironment: environmentName(name) },
    })),
    durableObjects: { classes: WORKER_CLASSES, storagePath: ledger },
    tls,
    address: new URL(url).host,
  })
}

async function readSecrets(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(folder)
  const entries = names.map(
    async (name) => [name, await readFile(join(folder, name), 'utf8')] as const,
  )
  return new Map(await Promise.all(entries))
}

/** Whether the worker responds with 200. */
async function isServed(url: string, ca: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  get(url, { ca, timeout: PROBE_TIMEOUT_MS, agent: false }, (response) => {
    response.resume()
    resolve(response.statusCode === 200)
  })
    .on('timeout', () => reject(new Error('no response in time')))
    .on('error', reject)
  return promise
}
