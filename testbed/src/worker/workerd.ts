/**
 * The real signer worker in the real runtime: one `workerd` process with a ledger on disk, for
 * end-to-end tests, benchmarks and the demo. It can be killed at any moment and started again on its data.
 * @module
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeKey } from '../pki/x509.ts'
import { withPorts } from '../processes/ports.ts'
import type { ManagedProcess } from '../processes/process.ts'
import { enrolClients, splitConfig } from './enrol-clients.ts'
import { cachedBundle, compatibilityDate } from './workerd-bundle.ts'
import { renderWorkerdConfig } from './workerd-config.ts'
import { startWorkerd } from './workerd-process.ts'

const STOP_GRACE_MS = 5_000

/** As in `wrangler.jsonc`. */
const OBJECT_CLASSES = {
  LEDGER: 'Ledger',
  DIRECTORY: 'Directory',
  INDEX: 'CertificateIndex',
  GENESIS: 'Genesis',
}

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
  /** For everything the worker leaves: its ledger, `worker.log`, the bundle. Made if missing. */
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
  const modulePath = 'worker.js'
  await copyFile(await cachedBundle(), join(directory, modulePath))
  const admin = makeKey('Ed25519')
  const start = async (atPort: number, changed?: Deployment): Promise<ManagedProcess> => {
    const url = urlOf(options, atPort)
    const { config, secrets } = changed ?? options
    const split = splitConfig(config(url), admin)
    const text = split?.text ?? config(url)
    const process = await startWorkerd({
      configPath: await writeWorkerConfig(
        { ...options, secrets, config: () => text },
        { modulePath, port: atPort },
      ),
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

/**
 * Writes all that `workerd serve` needs.
 *
 * @returns the path of the configuration file
 */
export async function writeWorkerConfig(
  options: LocalWorkerOptions,
  { modulePath, port }: { readonly modulePath: string; readonly port: number },
): Promise<string> {
  const { directory, secrets, tls, host } = options
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(directory, name), text, { mode: 0o600 })
    return name
  }
  const bindings = { ...secrets, SIGNER_CONFIG: options.config(urlOf(options, port)) }
  const bindingPaths: Record<string, string> = {}
  for (const [name, text] of Object.entries(bindings)) {
    bindingPaths[name] = await write(`binding-${name}.txt`, text)
  }
  const config = renderWorkerdConfig({
    modulePath,
    compatibilityDate: await compatibilityDate(),
    bindingPaths,
    durableObjects: { classes: OBJECT_CLASSES, storagePath: 'ledger' },
    ...(tls === undefined
      ? {}
      : {
          tls: {
            keyPath: await write('tls-key.pem', tls.keyPem),
            certificatePath: await write('tls-certificate.pem', tls.certificatePem),
          },
        }),
    ...(host === undefined ? {} : { host }),
    port,
  })
  return join(directory, await write('workerd.capnp', config))
}
