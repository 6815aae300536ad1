/**
 * The relay as a process: connection, servers, leader election, and a graceful stop.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { err, ok, type Result } from '@edge-issuer/shared'
import type { Config } from '../config.ts'
import type { Listening } from '../http/listen.ts'
import { serveMetrics } from '../http/metrics-server.ts'
import { serveProbes } from '../http/probes.ts'
import { connect } from '../kube/client.ts'
import type { Kube } from '../kube/ports.ts'
import { namedKubeconfigs } from '../kubeconfig/find-files.ts'
import { podNamespace } from '../kubeconfig/pod-access.ts'
import { type Leadership, startLeaderElection } from '../leaderelection/leadership.ts'
import type { Log } from '../log.ts'
import { createMetrics, type Metrics } from '../metrics/metrics.ts'
import { systemClock } from '../queue/clock.ts'
import { VERSION } from '../version.ts'
import { type Relay, startRelay } from './manager.ts'

const EXIT_FAILURE = 1

/** How long running reconciles may take after SIGTERM. With everything after it, it fits into a pod's 30 s. */
const STOP_GRACE_MS = 20_000
/**
 * A leader that lost its lease has 5 s before another may lead (see LeaderElector). Running reconciles are aborted
 * at once; those that ignore it end with the process.
 */
const LOSS_LIMIT_MS = 3_000

const COMMON = { clock: systemClock, random: Math.random }

/** Runs until SIGTERM or SIGINT. @returns Why it could not start. */
export async function run(config: Config, log: Log): Promise<Result<void, string>> {
  const namespace = podNamespace()
  const clusterResourceNamespace = config.clusterResourceNamespace || namespace
  if (clusterResourceNamespace === undefined) {
    return err(
      'set --cluster-resource-namespace: this is not a pod, so the relay does not know its own namespace',
    )
  }
  const facts = { version: VERSION, node: process.version, pid: process.pid }
  log.info({ ...facts, ...config, clusterResourceNamespace }, 'starting')
  const metrics = createMetrics()
  const kubeconfig = namedKubeconfigs({
    flag: config.kubeconfig,
    variable: process.env['KUBECONFIG'] ?? '',
    cwd: process.cwd(),
  })
  const kube = await connect({
    ...COMMON,
    log,
    onAnswer: metrics.apiAnswered,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  })
  if (!kube.ok) return kube
  let leadership: Leadership | undefined
  const relay = startRelay({
    ...COMMON,
    log,
    config,
    metrics,
    kube: kube.value,
    clusterResourceNamespace,
    hostName: hostname(),
    isLeading: () => leadership?.isLeading() ?? !config.leaderElect,
  })
  const relayProcess = { config, relay, kube: kube.value, metrics, log }
  const servers = await startServers(relayProcess)
  if (servers.ok) {
    const electionAbort = new AbortController()
    if (config.leaderElect) {
      const leaseNamespace = namespace ?? clusterResourceNamespace
      leadership = electLeader(relayProcess, leaseNamespace, electionAbort.signal)
    } else relay.work()
    log.info({ signal: await endSignal() }, 'stopping')
    // The lease is kept until all reconciles have ended.
    await relay.stop(STOP_GRACE_MS)
    electionAbort.abort()
    await leadership?.ended
    // Probes respond until the end with "not ready".
    await Promise.all(servers.value.map(async (server) => server.close()))
  } else await relay.stop(0)
  await kube.value.close()
  log.info({}, 'stopped')
  return servers.ok ? ok(undefined) : servers
}

/** What {@link run} starts. */
interface RelayProcess {
  readonly config: Config
  readonly relay: Relay
  readonly kube: Kube
  readonly metrics: Metrics
  readonly log: Log
}

/** @returns Why one of them cannot listen; then none does. */
async function startServers({
  config,
  relay,
  kube,
  metrics,
  log,
}: RelayProcess): Promise<Result<readonly Listening[], string>> {
  const probes = await serveProbes({ ...relay, bindAddress: config.healthProbeBindAddress })
  if (!probes.ok) return err(`cannot serve probes: ${probes.error}`)
  if (config.metricsBindAddress === '0') return ok([probes.value])
  const served = await serveMetrics({
    bindAddress: config.metricsBindAddress,
    secure: config.metricsSecure,
    certDir: config.metricsCertDir,
    metrics,
    reviewer: kube,
    clock: systemClock,
    log,
  })
  if (served.ok) return ok([probes.value, served.value])
  await probes.value.close()
  return err(`cannot serve metrics: ${served.error}`)
}

function electLeader(
  relayProcess: RelayProcess,
  namespace: string,
  signal: AbortSignal,
): Leadership {
  const { config, relay, kube, log } = relayProcess
  const ref = { namespace, name: config.leaseName }
  // Host and process, as in other controllers.
  const identity = `${hostname()}_${randomUUID()}`
  const leadership = startLeaderElection({ ...COMMON, kube, ref, identity, log }, signal)
  void workWhenLeading(leadership, relay)
  void endWhenLost(leadership, relayProcess)
  return leadership
}

async function workWhenLeading({ acquired }: Leadership, relay: Relay): Promise<void> {
  if (await acquired) relay.work()
}

/** A leader never becomes a follower again: a new process starts without unfinished work. */
async function endWhenLost({ ended }: Leadership, { relay, log }: RelayProcess): Promise<void> {
  const end = await ended
  if (end.kind !== 'lost') return
  process.exitCode = EXIT_FAILURE
  log.error({ cause: end.why }, 'lease lost: exiting')
  setTimeout(() => process.exit(), LOSS_LIMIT_MS)
  await relay.stop(0)
  process.exit()
}

/** The first SIGTERM or SIGINT stops the relay gracefully; the second one kills it, as by default. */
async function endSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  process.once('SIGTERM', resolve)
  process.once('SIGINT', resolve)
  return promise
}
