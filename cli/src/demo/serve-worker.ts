/**
 * Runs `worker serve` for the demo.
 *
 * @module
 */
import { get } from 'node:https'
import { dirname } from 'node:path'
import { type ManagedProcess, startProcess, waitUntilReady } from '../processes/process.ts'
import type { DemoHost } from './host.ts'

/** What to serve; all paths are absolute. */
export interface ServedWorker {
  /** Folder that `worker init` created. */
  readonly project: string
  /** The data directory. */
  readonly data: string
  /** Folder with a file for each secret. */
  readonly secrets: string
  readonly tls: { readonly keyPath: string; readonly certificatePath: string }
  /** The CA of the TLS certificate. */
  readonly tlsCaPem: string
  readonly url: string
  readonly logFile: string
}

const START_TIMEOUT_MS = 30_000
const PROBE_TIMEOUT_MS = 1_000

/** Starts the command and waits until the worker is configured. @throws Error with the end of its log */
export async function serveWorker(
  { program: [command, ...first], workerd }: Pick<DemoHost, 'program' | 'workerd'>,
  worker: ServedWorker,
  signal: AbortSignal,
): Promise<ManagedProcess> {
  const { project, data, secrets, tls, tlsCaPem, url, logFile } = worker
  const serve = await startProcess({
    name: 'worker',
    command,
    args: [
      ...first,
      'worker',
      'serve',
      project,
      `--data=${data}`,
      `--listen=${new URL(url).host}`,
      `--secrets=${secrets}`,
      `--tls-cert=${tls.certificatePath}`,
      `--tls-key=${tls.keyPath}`,
      ...(workerd === undefined ? [] : [`--workerd=${workerd}`]),
    ],
    env: { PATH: process.env['PATH'], HOME: dirname(logFile) },
    logFile,
  })
  return waitUntilReady(serve, {
    timeoutMs: START_TIMEOUT_MS,
    signal,
    probe: async () => isServed(`${url}/healthz`, tlsCaPem),
  })
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
