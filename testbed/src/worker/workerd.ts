/**
 * The real signer worker in the real runtime: one `workerd` process with a ledger on disk, for
 * end-to-end tests, benchmarks and the demo. It can be killed at any moment and started again on its data.
 * @module
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { COMPATIBILITY_DATE } from '@edge-issuer/cli/pins'
import {
  environmentName,
  WORKER_ENTRY,
  workerEnvironment,
  workerModules,
} from '@edge-issuer/cli/server/worker-modules'
import { renderWorkerdConfig, type WorkerdTls } from '@edge-issuer/cli/server/workerd-config'
import { WORKER_CLASSES } from '@edge-issuer/cli/worker-classes'
import { makeKey } from '../pki/x509.ts'
import { withPorts } from '../processes/ports.ts'
import type { ManagedProcess } from '../processes/process.ts'
import { enrolClients, splitConfig } from './enrol-clients.ts'
import { cachedWorkerLibrary } from './worker-library.ts'
import { startWorkerd } from './workerd-process.ts'

const STOP_GRACE_MS = 5_000

/** What an operator deploys. */
export interface Deployment {
  /**
   * Gives the text of `signer.config.json` for the URL at which the worker listens. It may have `clients` beside the
   * rest, as a file of `clients apply`: they are registered in the worker's directory.
   */
  readonly config: (publicUrl: string) => string
  /** Worker secrets by name. */
  readonly secrets: Readonly<Record<string, string>>
}

/** A local worker's files, configuration and identity. */
export interface LocalWorkerOptions extends Deployment {
  /** For everything the worker leaves: its ledger, `worker.log`. Made if missing. */
  readonly directory: string
  /** Plain HTTP when absent; `publicUrl`, which is always https, is then another than the worker's URL. */
  readonly tls?: { readonly keyPem: string; readonly certificatePem: string }
  /** The port to listen on; a free one when absent. */
  readonly port?: number
  /** The IPv4 address to listen on; the loopback address when absent. */
  readonly host?: string
}

/** A running worker. Its URL stays the same over restarts. */
export interface LocalWorker {
  /** `https://127.0.0.1:<port>`, or the same with `http:`, or with the address that was asked for. */
  readonly url: string
  /** Pid of the current process. */
  readonly pid: number
  readonly logFile: string
  /** The current process. */
  readonly process: ManagedProcess
  /** Ends the process in good order. */
  stop(): Promise<void>
  /** SIGKILL: no handler runs, nothing is flushed. Resolves when the process is gone. */
  kill9(): Promise<void>
  /**
   * Starts the process again on the same port and the same ledger, after ending it if it runs.
   * @param changed - In place of the deployment that it was started with.
   */
  restart(changed?: Deployment): Promise<void>
}

/**
 * Starts the worker and waits until it answers.
 * @throws ProcessStartError with the end of the log, when it does not start
 */
export async function startLocalWorker(options: LocalWorkerOptions): Promise<LocalWorker> {
  const { directory, port } = options
  await mkdir(join(directory, 'ledger'), { recursive: true })
  const admin = makeKey('Ed25519')
  const start = async (atPort: number, changed?: Deployment): Promise<ManagedProcess> => {
    const url = urlOf(options, atPort)
    const { config, secrets } = changed ?? options
    const split = splitConfig(config(url), admin)
    const text = split?.text ?? config(url)
    const process = await startWorkerd({
      ...(await writeWorkerConfig({ ...options, secrets, config: () => text }, atPort)),
      logFile: join(directory, 'worker.log'),
      url,
    })
    if (split === undefined) return process
    try {
      await enrolClients(url, admin, split)
      return process
    } catch (error) {
      await process.kill()
      throw error
    }
  }

  const first =
    port === undefined
      ? await withPorts({ count: 1 }, async ([free = 0]) => ({
          port: free,
          process: await start(free),
        }))
      : { port, process: await start(port) }
  let { process } = first
  return {
    url: urlOf(options, first.port),
    get pid() {
      return process.pid
    },
    get process() {
      return process
    },
    logFile: process.logFile,
    stop: async () => {
      await process.stop(STOP_GRACE_MS)
    },
    kill9: async () => {
      await process.kill()
    },
    restart: async (changed) => {
      await process.stop(STOP_GRACE_MS)
      process = await start(first.port, changed)
    },
  }
}

const urlOf = ({ tls, host = '127.0.0.1' }: LocalWorkerOptions, port: number): string =>
  `${tls === undefined ? 'http' : 'https'}://${host}:${port}`

/** What `workerd serve` needs. */
export interface WrittenConfig {
  /** Path of the configuration file. */
  readonly configPath: string
  /** The environment of the process, with the secrets. */
  readonly environment: Readonly<Record<string, string>>
}

/** Writes the configuration file of the worker: that of `edge-issuer worker serve`, with a port of its own. */
export async function writeWorkerConfig(
  options: LocalWorkerOptions,
  port: number,
): Promise<WrittenConfig> {
  const { directory, secrets, host = '127.0.0.1' } = options
  const text = renderWorkerdConfig({
    modules: workerModules({
      entry: WORKER_ENTRY,
      library: await readFile(await cachedWorkerLibrary(), 'utf8'),
      config: options.config(urlOf(options, port)),
    }),
    compatibilityDate: COMPATIBILITY_DATE,
    bindings: Object.keys(secrets).map((name) => ({
      name,
      value: { fromEnvironment: environmentName(name) },
    })),
    durableObjects: { classes: WORKER_CLASSES, storagePath: 'ledger' },
    ...(await writeTls(options)),
    address: `${host}:${String(port)}`,
  })
  const configPath = join(directory, 'workerd.capnp')
  await writeFile(configPath, text, { mode: 0o600 })
  return { configPath, environment: workerEnvironment(new Map(Object.entries(secrets))) }
}

async function writeTls({
  directory,
  tls,
}: LocalWorkerOptions): Promise<{ readonly tls?: WorkerdTls }> {
  if (tls === undefined) return {}
  const paths = {
    keyPath: join(directory, 'tls-key.pem'),
    certificatePath: join(directory, 'tls-certificate.pem'),
  }
  await writeFile(paths.keyPath, tls.keyPem, { mode: 0o600 })
  await writeFile(paths.certificatePath, tls.certificatePem)
  return { tls: paths }
}
