/**
 * One `workerd` process, started directly: without a development server in front.
 * @module
 */
import { get as getHttp } from 'node:http'
import { Agent, get as getHttps } from 'node:https'
import { dirname } from 'node:path'
import { workerdArguments } from '@edge-issuer/cli/server/workerd-config'
import { installedWorkerd } from '@edge-issuer/cli/server/workerd-program'
import { type ManagedProcess, startProcess, waitUntilReady } from '../processes/process.ts'

const START_TIMEOUT_MS = 20_000
const PROBE_TIMEOUT_MS = 1_000

/** What to serve, and where it will be. */
export interface WorkerdOptions {
  /** Cap'n Proto text; the process runs in its directory. */
  readonly configPath: string
  readonly logFile: string
  /** The whole environment of the process; empty when absent. */
  readonly environment?: Readonly<Record<string, string>>
  /** `http:` or `https:`, of the configuration's socket. */
  readonly url: string
}

/**
 * Starts the process and waits until it answers.
 * @throws ProcessStartError with the end of the log, when it does not start
 */
export async function startWorkerd(options: WorkerdOptions): Promise<ManagedProcess> {
  return waitUntilReady(await spawnWorkerd(options), {
    probe: async () => answers(options.url),
    timeoutMs: START_TIMEOUT_MS,
  })
}

/** Starts the process; it does not listen yet. */
export async function spawnWorkerd(options: Omit<WorkerdOptions, 'url'>): Promise<ManagedProcess> {
  const { configPath, logFile, environment = {} } = options
  const program = installedWorkerd([import.meta.dirname])
  if (program === undefined) throw new Error('workerd is not installed')
  return startProcess({
    name: 'workerd',
    command: program,
    args: workerdArguments(configPath),
    env: environment,
    logFile,
    cwd: dirname(configPath),
  })
}

/** Any answer will do: a worker refuses an unknown path, but it runs. */
async function answers(url: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const get = url.startsWith('https:') ? getHttps : getHttp
  const agent = url.startsWith('https:') ? new Agent({ rejectUnauthorized: false }) : undefined
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
