/**
 * The modules of a worker outside Cloudflare: the same files that wrangler would bundle.
 *
 * @module
 */
import { workerModule } from '../project/files/text-files.ts'
import { CONFIG_FILE } from '../project/new-project.ts'
import type { WorkerdModule } from './workerd-config.ts'

/** Contents of the files that make a worker. */
export interface WorkerFiles {
  /** `worker.js` of the project: it imports the other two. */
  readonly entry: string
  /** `edge-issuer/worker` of the npm package. */
  readonly library: string
  /** `signer.config.json`. */
  readonly config: string
}

/** `worker.js` as `worker init` writes it. */
export const WORKER_ENTRY = workerModule(CONFIG_FILE)

/** @returns The modules, the entry first. */
export const workerModules = ({
  entry,
  library,
  config,
}: WorkerFiles): readonly WorkerdModule[] => [
  { name: 'worker.js', kind: 'esModule', content: entry },
  { name: 'edge-issuer/worker', kind: 'esModule', content: library },
  { name: CONFIG_FILE, kind: 'text', content: config },
]

/** Name of a secret's variable in the environment of the process. No name can be one that the system knows. */
export const environmentName = (secret: string): string => `SECRET_${secret}`

/** @returns The environment of the process: the secrets, and nothing else. */
export const workerEnvironment = (
  secrets: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Array.from(secrets, ([name, value]) => [environmentName(name), value]))
