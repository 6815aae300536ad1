/**
 * Runs edge-issuer end to end with real processes: CA, worker, relay, an issuer of each kind, and a
 * Certificate from each. All state is in one folder, so that a second run starts faster.
 *
 * @module
 */
import { startChildrenInSessions } from '../processes/child-guard.ts'
import { type ManagedProcess, whenEnded } from '../processes/process.ts'
import type { Io } from '../terminal/io.ts'
import type { DemoCluster } from './cluster.ts'
import { edgeIssuerIn } from './edge-issuer.ts'
import { enrolCluster } from './enrolment.ts'
import type { DemoHost, Stage } from './host.ts'
import { createInterruption, Interrupted } from './interruption.ts'
import { accountManifests, apply, createIssuers, issue, KINDS } from './objects.ts'
import { requireNoRelay, requireOwned } from './ownership.ts'
import { startRelay } from './relay.ts'
import { showResults } from './show-results.ts'
import { type DemoSigner, startDemoSigner } from './signer.ts'
import { lockState, stateDirectory } from './state.ts'
import { createSteps } from './steps.ts'
import { StopList } from './stops.ts'
import { removal, usage } from './usage.ts'

/** Options for {@link runDemo}. */
export interface DemoOptions {
  /** Whether to stop after success. */
  readonly isOnce: boolean
  /** Parent of the folder with the state, absolute. */
  readonly stateIn: string | undefined
}

/** Time for the relay to finish pending requests, in milliseconds; matches its own shutdown timeout. */
const RELAY_GRACE_MS = 30_000

/** Time for the worker to finish pending requests, in milliseconds. */
const WORKER_GRACE_MS = 15_000

/**
 * Runs until it is interrupted, or until success with `isOnce`.
 *
 * @throws Error if a step fails, a process exits, or the start is interrupted; all processes are stopped before.
 */
export async function runDemo(host: DemoHost, options: DemoOptions, io: Io): Promise<void> {
  startChildrenInSessions()
  const directory = stateDirectory({ stateIn: options.stateIn, fallback: host.stateDirectory })
  const lock = await lockState(directory)
  const steps = createSteps(io)
  const interruption = createInterruption()
  const stops = new StopList()
  stops.defer(async () => lock.release())
  try {
    const watch = (process: ManagedProcess): void => {
      void whenEnded(process).then(interruption.abort)
    }
    const stage = { steps, stops, directory, signal: interruption.signal, watch }
    await start(host, options, stage)
    if (!options.isOnce) await interruption.aborted
    const reason: unknown = interruption.signal.reason
    if (reason instanceof Error && !(reason instanceof Interrupted)) throw reason
  } catch (error) {
    // An exited process is the cause of the error, and its message has more details.
    interruption.signal.throwIfAborted()
    throw error
  } finally {
    steps.heading('Stopping')
    await stops.run()
  }
}

async function start(host: DemoHost, options: DemoOptions, stage: Stage): Promise<void> {
  const { steps, directory, signal } = stage
  steps.heading('Starting')
  const cluster = await openCluster(host, stage)
  const signer = await startWorker(host, stage)
  await steps.run('CRDs, RBAC of the relay, approve role for cert-manager', async () =>
    apply(cluster, await host.manifests()),
  )
  await runRelay(host, cluster, stage)

  steps.heading('Issuing')
  const run = edgeIssuerIn(host, directory)
  await steps.run("ServiceAccount of the Issuer, with the relay's permission", async () =>
    apply(cluster, accountManifests()),
  )
  const manifests = await steps.run('cluster enrolled at the worker', async () =>
    enrolCluster({ cluster, signer, directory, run }),
  )
  await steps.run('Issuer and ClusterIssuer are Ready', async () =>
    createIssuers(cluster, manifests),
  )
  for (const kind of KINDS) await issue(cluster, steps, kind)
  await showResults({ cluster, signer, steps, run })
  signal.throwIfAborted()
  if (options.isOnce) {
    steps.text(removal(cluster))
    return
  }
  steps.text(await usage({ host, cluster, signer, directory, stateIn: options.stateIn }))
}

async function openCluster(host: DemoHost, stage: Stage): Promise<DemoCluster> {
  const { steps, watch } = stage
  const cluster = await host.openCluster(stage)
  cluster.processes.forEach(watch)
  const { target } = cluster
  if (target !== undefined) {
    steps.text(`context ${target.context}, API server ${target.server}`)
    await steps.run('no relay in the cluster, and no objects by others', async () => {
      await requireNoRelay(cluster)
      await requireOwned(cluster, await host.manifests())
      await requireOwned(cluster, accountManifests())
    })
  }
  return cluster
}

async function startWorker(host: DemoHost, stage: Stage): Promise<DemoSigner> {
  const { steps, stops, signal, watch } = stage
  signal.throwIfAborted()
  const signer = await steps.run('CA, project, admin key; signing worker in workerd', async () =>
    startDemoSigner(host, stage),
  )
  stops.defer(async () => {
    await steps.run('signing worker stopped', async () => signer.process.stop(WORKER_GRACE_MS))
  })
  watch(signer.process)
  signal.throwIfAborted()
  return signer
}

async function runRelay(host: DemoHost, cluster: DemoCluster, stage: Stage): Promise<void> {
  const { steps, stops, watch } = stage
  const relay = await steps.run('relay under its own ServiceAccount', async () =>
    startRelay(host, cluster, stage),
  )
  stops.defer(async () => {
    await steps.run('relay stopped', async () => relay.stop(RELAY_GRACE_MS))
  })
  watch(relay)
}
