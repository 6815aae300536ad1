/**
 * The relay as a process of its own, under a kubeconfig that has exactly the shipped permissions.
 *
 * @module
 */
import { fileURLToPath } from 'node:url'
import { freePorts } from '../processes/ports.ts'
import { type ManagedProcess, startProcess, waitUntilReady } from '../processes/process.ts'

/** Options of {@link startRelayProcess}. */
export interface RelayProcessOptions {
  readonly kubeconfig: string
  readonly logFile: string
  /** Further flags: `['--health-check-interval', '2s']`. */
  readonly flags?: readonly string[]
  /** `--issuer-url-allow`; by default the addresses of this machine, where workers of tests are. */
  readonly issuerUrlAllow?: readonly string[]
  /** Its time runs ten times as fast: see `fast-clock.ts`. */
  readonly isSpedUp?: boolean
  /** Limit of what lives long on the heap; Node's own when absent. */
  readonly heapMegabytes?: number
  /** URL of a module that is loaded before the relay, to replace parts of it. */
  readonly preload?: string
  /** Added to the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>
  /** False: it may never be ready. */
  readonly awaitsReadiness?: boolean
  /** Breaks off the start: its reason is thrown, and the relay has ended. */
  readonly signal?: AbortSignal
}

/** The ServiceAccount that `deploy/` makes. */
export const RELAY_SERVICE_ACCOUNT = {
  namespace: 'edge-issuer',
  name: 'edge-issuer-relay',
} as const

const ENTRY = fileURLToPath(new URL('../../../relay/src/main.ts', import.meta.url))
const FAST_CLOCK = new URL('./fast-clock.ts', import.meta.url).href
const READY_TIMEOUT_MS = 60_000

/** Starts a relay and waits until it has read everything, unless the options say otherwise. */
export async function startRelayProcess(options: RelayProcessOptions): Promise<ManagedProcess> {
  const [port = 0] = await freePorts(1)
  const relay = await startProcess({
    name: 'relay',
    command: process.execPath,
    args: [
      ...(options.isSpedUp === true ? ['--import', FAST_CLOCK] : []),
      ...(options.preload === undefined ? [] : ['--import', options.preload]),
      ...(options.heapMegabytes === undefined
        ? []
        : [`--max-old-space-size=${String(options.heapMegabytes)}`]),
      ENTRY,
      `--kubeconfig=${options.kubeconfig}`,
      `--cluster-resource-namespace=${RELAY_SERVICE_ACCOUNT.namespace}`,
      `--health-probe-bind-address=127.0.0.1:${String(port)}`,
      `--issuer-url-allow=${(options.issuerUrlAllow ?? ['127.0.0.0/8']).join()}`,
      // Its port is one for the whole machine.
      '--metrics-bind-address=0',
      ...(options.flags ?? []),
    ],
    env: { ...process.env, ...options.env },
    logFile: options.logFile,
  })
  if (options.awaitsReadiness === false) return relay
  return waitUntilReady(relay, {
    timeoutMs: READY_TIMEOUT_MS,
    signal: options.signal,
    probe: async () => (await fetch(`http://127.0.0.1:${String(port)}/readyz`)).ok,
  })
}
