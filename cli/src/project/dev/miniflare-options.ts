import type { Log, MiniflareOptions } from 'miniflare'
import { CONFIG_FILE } from '../new-project.ts'
import { COMPATIBILITY_DATE } from '../pins.ts'
import { CLASS_DECLARATION, WORKER_CLASSES } from '../worker-classes.ts'
import type { KeptTls } from './local-tls.ts'
import { type DevProject, WORKER_FILE } from './read-project.ts'

/** Where the worker listens, and where it keeps its data. */
export interface DevPlace {
  readonly host: string
  readonly port: number
  readonly tls: KeptTls
  /** Folder of the ledger. */
  readonly data: string
}

/** Where output goes. */
export interface DevOutput {
  /** Of miniflare itself. */
  readonly log: Log
  /** Called with each line that the worker writes. */
  readonly onLine: (line: string) => void
}

const NAME = 'edge-issuer-signer'

/** Name of the R2 bucket under the binding ARCHIVE, which is local too. */
const ARCHIVE = 'archive'

/** Options of miniflare for a project. */
export function miniflareOptions(
  project: DevProject,
  place: DevPlace,
  { log, onLine }: DevOutput,
): MiniflareOptions {
  const secrets = Array.from(
    project.secrets,
    ([name, value]) => [name, { type: 'text', value }] as const,
  )
  const objects = WORKER_CLASSES.map(
    ({ binding, className }) =>
      [binding, { type: 'durable-object', worker: NAME, exportName: className }] as const,
  )
  return {
    host: place.host,
    port: place.port,
    https: true,
    httpsKey: place.tls.keyPem,
    httpsCert: place.tls.certificatePem,
    resourcePersistencePath: place.data,
    log,
    logRequests: false,
    handleStructuredLogs: ({ message }) => onLine(message),
    // No request to Cloudflare: neither for properties of requests nor for telemetry.
    cf: false,
    telemetry: { enabled: false },
    enableDevRegistry: false,
    workers: [
      {
        config: {
          name: NAME,
          compatibilityDate: COMPATIBILITY_DATE,
          manifest: {
            mainModule: WORKER_FILE,
            modules: {
              [WORKER_FILE]: { type: 'esm', contents: project.worker },
              'edge-issuer/worker': { type: 'esm', contents: project.library },
              [CONFIG_FILE]: { type: 'text', contents: project.config },
            },
          },
          env: {
            ...Object.fromEntries(secrets),
            ...Object.fromEntries(objects),
            ARCHIVE: { type: 'r2', name: ARCHIVE },
          },
          exports: Object.fromEntries(
            WORKER_CLASSES.map(({ className }) => [className, CLASS_DECLARATION]),
          ),
        },
      },
    ],
  }
}
