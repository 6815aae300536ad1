/**
 * Runs edge-issuer end to end with real processes: cluster, CA, worker, relay, an issuer of each kind, and a
 * Certificate from each. All state is in one folder, so that a second run starts faster.
 *
 * @module
 */
import { join } from 'node:path'
import { startChildrenInSessions } from '@edge-issuer/testbed/processes/child-guard'
import { type ManagedProcess, whenEnded } from '@edge-issuer/testbed/processes/process'
import { manifests } from '@edge-issuer/testbed/relay/manifests'
import { RELAY_SERVICE_ACCOUNT, startRelayProcess } from '@edge-issuer/testbed/relay/relay-process'
import type { EdgeSigner } from '@edge-issuer/testbed/worker/local-worker'
import type { Io } from '../terminal/io.ts'
import { type DemoCluster, startOwnCluster, useCluster } from './cluster.ts'
import { createInterruption, Interrupted } from './interruption.ts'
import { apply, createIssuers, giveCredentials, issue, KINDS } from './objects.ts'
import { showResults } from './show-results.ts'
import { startDemoSigner } from './signer.ts'
import { lockState, stateDirectory } from './state.ts'
import { createSteps, type Steps } from './steps.ts'
import { usage } from './usage.ts'

/** Options for {@link runDemo}. */
export interface DemoOptions {
  /** Whether to stop after success. */
  readonly isOnce: boolean
  /** Kubeconfig of an existing cluster with cert-manager, absolute; starts a cluster when absent. */
  readonly kubeconfig: string | undefined
  /** Parent of the folder with the state, absolute; the checkout when absent. */
  readonly stateIn: string | undefined
}

/** Time for the relay to finish pending requests, in milliseconds; matches its own shutdown timeout. */
const RELAY_GRACE_MS = 30_000

/**
 * Runs until it is interrupted, or until success with `isOnce`.
 *
 * @throws Error if a step fails, a process exits, or the start is interrupted; all processes are stopped before.
 */
export async function runDemo(options: DemoOptions, io: Io): Promise<void> {
  startChildrenInSessions()
  const directory = stateDirectory(options.stateIn)
  const lock = await lockState(directory)
  const steps = createSteps(io)
  const interruption = createInterruption()
  const stops = new AsyncDisposableStack()
  stops.defer(lock.release)
  try {
    const watch = (process: ManagedProcess): void => {
      void whenEnded(process).then(interruption.abort)
    }
    await start(options, { steps, stops, directory, signal: interruption.signal, watch })
    if (!options.isOnce) await interruption.aborted
    const reason: unknown = interruption.signal.reason
    if (reason instanceof Error && !(reason instanceof Interrupted)) throw reason
  } catch (error) {
    // An exited process is the cause of the error, and its message has more details.
    interruption.signal.throwIfAborted()
    throw error
  } finally {
    steps.heading('Stopping')
    await stops.disposeAsync()
  }
}

interface Stage {
  readonly steps: Steps
  /** Stops started processes. */
  readonly stops: AsyncDisposableStack
  /** Folder with all state. */
  readonly directory: string
  /** Aborts if the demo is interrupted or a process exits. */
  readonly signal: AbortSignal
  /** Stops the demo when this process exits. */
  readonly watch: (process: ManagedProcess) => void
}

async function start(options: DemoOptions, stage: Stage): Promise<void> {
  const { steps, directory, signal } = stage
  steps.heading('Starting')
  const cluster = await openCluster(options, stage)
  const signer = await startWorker(stage)
  await steps.run('CRDs, RBAC of the relay, approve role for cert-manager', async () =>
    apply(cluster, await manifests('crds', 'relay', 'approve')),
  )
  await startRelay(cluster, stage)

  steps.heading('Issuing')
  await steps.run('credentials: a Secret for each issuer, and permission to read it', async () =>
    giveCredentials(cluster, signer),
  )
  await steps.run('Issuer and ClusterIssuer are Ready', async () => createIssuers(cluster, signer))
  for (const kind of KINDS) await issue(cluster, steps, kind)
  await showResults({ cluster, signer, steps, cwd: directory })
  signal.throwIfAborted()
  if (options.isOnce) return
  steps.text(await usage({ cluster, signer, directory, stateIn: options.stateIn }))
}

async function openCluster(
  { kubeconfig }: DemoOptions,
  { steps, stops, directory, signal, watch }: Stage,
): Promise<DemoCluster> {
  if (kubeconfig !== undefined) return useCluster({ kubeconfig, directory, signal })
  const cluster = await startOwnCluster({ directory: join(directory, 'cluster'), steps, signal })
  stops.defer(async () => steps.run('cluster stopped', cluster.stop))
  cluster.processes.forEach(watch)
  return cluster
}

async function startWorker({ steps, stops, directory, signal, watch }: Stage): Promise<EdgeSigner> {
  signal.throwIfAborted()
  const signer = await steps.run(
    'CA, client key, configuration; signing worker in workerd',
    async () => startDemoSigner(join(directory, 'signer')),
  )
  stops.defer(async () => steps.run('signing worker stopped', async () => signer.worker.stop()))
  watch(signer.worker.process)
  signal.throwIfAborted()
  return signer
}

async function startRelay(cluster: DemoCluster, stage: Stage): Promise<void> {
  const { steps, stops, directory, signal, watch } = stage
  const relay = await steps.run('relay under its own ServiceAccount', async () =>
    startRelayProcess({
      kubeconfig: await cluster.loginAs(RELAY_SERVICE_ACCOUNT),
      logFile: join(directory, 'relay.log'),
      signal,
    }),
  )
  stops.defer(async () => {
    await steps.run('relay stopped', async () => relay.stop(RELAY_GRACE_MS))
  })
  watch(relay)
}
