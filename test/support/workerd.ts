/**
 * The real signer worker in the real runtime: one `workerd` process with TLS and a ledger on disk,
 * for end-to-end tests and the demo. It can be killed at any moment and started again on its data.
 * @module
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { Agent, get } from 'node:https'
import { join, relative } from 'node:path'
import { withPorts } from './ports.ts'
import { type ManagedProcess, startProcess, waitUntilReady } from './process.ts'
import { bundleWorker, compatibilityDate, workerdPath } from './workerd-bundle.ts'
import { renderWorkerdConfig } from './workerd-config.ts'

const START_TIMEOUT_MS = 20_000
const STOP_GRACE_MS = 5_000
const PROBE_TIMEOUT_MS = 1_000

/** What an operator deploys. */
export interface Deployment {
  /** Gives the text of `signer.config.json` for the URL that clients will use. */
  readonly config: (publicUrl: string) => string
  /** Worker secrets by name. */
  readonly secrets: Readonly<Record<string, string>>
}

/** A local worker's files, configuration and identity. */
export interface LocalWorkerOptions extends Deployment {
  /** For everything the worker leaves: its ledger, `worker.log`, the bundle. Made if missing. */
  readonly directory: string
  readonly tls: { readonly keyPem: string; readonly certificatePem: string }
  /** The port to listen on; a free one when absent. */
  readonly port?: number
}

/** A running worker. Its URL stays the same over restarts. */
export interface LocalWorker {
  /** `https://127.0.0.1:<port>` */
  readonly url: string
  /** Of the process that runs now. */
  readonly pid: number
  readonly logFile: string
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
  const modulePath = relative(directory, await bundleWorker(directory))
  const start = async (atPort: number, changed?: Deployment): Promise<ManagedProcess> => {
    const place = { modulePath, port: atPort }
    return launch(directory, await writeConfig({ ...options, ...changed }, place), atPort)
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
    url: urlOf(first.port),
    get pid() {
      return process.pid
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

const urlOf = (port: number): string => `https://127.0.0.1:${port}`

/** @returns the path of the configuration file */
async function writeConfig(
  options: LocalWorkerOptions,
  { modulePath, port }: { readonly modulePath: string; readonly port: number },
): Promise<string> {
  const { directory, secrets, tls } = options
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(directory, name), text, { mode: 0o600 })
    return name
  }
  const bindings = { ...secrets, SIGNER_CONFIG: options.config(urlOf(port)) }
  const bindingPaths: Record<string, string> = {}
  for (const [name, text] of Object.entries(bindings)) {
    bindingPaths[name] = await write(`binding-${name}.txt`, text)
  }
  const config = renderWorkerdConfig({
    modulePath,
    compatibilityDate: await compatibilityDate(),
    bindingPaths,
    durableObject: { binding: 'LEDGER', className: 'Ledger' },
    storagePath: 'ledger',
    tls: {
      keyPath: await write('tls-key.pem', tls.keyPem),
      certificatePath: await write('tls-certificate.pem', tls.certificatePem),
    },
    port,
  })
  return join(directory, await write('workerd.capnp', config))
}

async function launch(
  directory: string,
  configPath: string,
  port: number,
): Promise<ManagedProcess> {
  const process = await startProcess({
    name: 'workerd',
    command: workerdPath(),
    args: ['serve', configPath],
    env: {},
    logFile: join(directory, 'worker.log'),
    cwd: directory,
  })
  const agent = new Agent({ rejectUnauthorized: false, keepAlive: false })
  return waitUntilReady(process, {
    probe: async () => answers(urlOf(port), agent),
    timeoutMs: START_TIMEOUT_MS,
  })
}

/** Any answer will do: a worker refuses an unknown path, but it runs. */
async function answers(url: string, agent: Agent): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  get(url, { agent, timeout: PROBE_TIMEOUT_MS }, (response) => {
    response.resume()
    resolve(true)
  })
    .on('timeout', () => {
      reject(new Error('no answer in time'))
    })
    .on('error', reject)
  return promise
}
