/**
 * The relay as a process: connection, probes, leadership, and an end in order.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { err, ok, type Result } from '@edge-issuer/shared'
import type { Config } from './config.ts'
import { connect } from './kube/client.ts'
import type { Kube } from './kube/ports.ts'
import { type Campaign, startCampaign } from './lead/campaign.ts'
import type { Log } from './log.ts'
import { systemClock } from './queue/clock.ts'
import { type Relay, startRelay } from './relay.ts'
import { serveProbes } from './serve/http.ts'
import { VERSION } from './version.ts'

/** Where a pod finds the name of its namespace. */
const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace'

const EXIT_FAILURE = 1

/** For work under way when the process is told to end. With all that follows it fits into a pod's 30 s. */
const STOP_GRACE_MS = 20_000
/**
 * A leader that lost its lease has 5 s before another may lead (see Election). Work under way is told
 * to end at once; whatever does not heed that ends with the process.
 */
const LOSS_LIMIT_MS = 3_000

const COMMON = { clock: systemClock, random: Math.random }

/** Runs until a signal tells to end. @returns Why it could not start. */
export async function run(config: Config, log: Log): Promise<Result<void, string>> {
  const namespace = ownNamespace()
  const clusterResourceNamespace = config.clusterResourceNamespace || namespace
  if (clusterResourceNamespace === undefined) {
    return err(
      'set --cluster-resource-namespace: this is not a pod, so there is no namespace of its own',
    )
  }
  const facts = { version: VERSION, node: process.version, pid: process.pid }
  log.info({ ...facts, ...config, clusterResourceNamespace }, 'starting')
  const kube = connect({
    ...COMMON,
    log,
    ...(config.kubeconfig === '' ? {} : { kubeconfig: config.kubeconfig }),
  })
  if (!kube.ok) return kube
  const relay = startRelay({
    ...COMMON,
    log,
    config,
    kube: kube.value,
    clusterResourceNamespace,
    hostName: hostname(),
  })
  const probes = await serveProbes({ ...relay, bindAddress: config.healthProbeBindAddress })
  if (probes.ok) {
    const campaigning = new AbortController()
    let campaign: Campaign | undefined
    if (config.leaderElect) {
      const ref = { namespace: namespace ?? clusterResourceNamespace, name: config.leaseName }
      campaign = campaignFor({ relay, kube: kube.value, ref, log }, campaigning.signal)
    } else relay.work()
    log.info({ signal: await endSignal() }, 'stopping')
    // The lease is kept until the last of the work is done.
    await relay.stop(STOP_GRACE_MS)
    campaigning.abort()
    await campaign?.ended
    // Probes answer until the end: "not ready", so that nobody counts on this process any more.
    await probes.value.close()
  } else await relay.stop(0)
  await kube.value.close()
  log.info({}, 'stopped')
  return probes.ok ? ok(undefined) : err(`cannot serve probes: ${probes.error}`)
}

interface Candidacy {
  readonly relay: Relay
  readonly kube: Kube
  readonly ref: { readonly namespace: string; readonly name: string }
  readonly log: Log
}

function campaignFor({ relay, kube, ref, log }: Candidacy, signal: AbortSignal): Campaign {
  // As client-go's users name themselves: where, and which process.
  const identity = `${hostname()}_${randomUUID()}`
  const campaign = startCampaign({ ...COMMON, kube, ref, identity, log }, signal)
  void workWhenLeading(campaign, relay)
  void endWhenLost({ campaign, relay, log })
  return campaign
}

async function workWhenLeading({ acquired }: Campaign, relay: Relay): Promise<void> {
  if (await acquired) relay.work()
}

interface Leading {
  readonly campaign: Campaign
  readonly relay: Relay
  readonly log: Log
}

/** There is no way back to being a follower: a new process begins with nothing half done. */
async function endWhenLost({ campaign, relay, log }: Leading): Promise<void> {
  const end = await campaign.ended
  if (end.kind !== 'lost') return
  process.exitCode = EXIT_FAILURE
  log.error({ cause: end.why }, 'lease lost: ending')
  setTimeout(() => process.exit(), LOSS_LIMIT_MS)
  await relay.stop(0)
  process.exit()
}

/** The first SIGTERM or SIGINT ends in order; the second one ends at once, as by default. */
async function endSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  process.once('SIGTERM', resolve)
  process.once('SIGINT', resolve)
  return promise
}

function ownNamespace(): string | undefined {
  return existsSync(NAMESPACE_FILE) ? readFileSync(NAMESPACE_FILE, 'utf8').trim() : undefined
}
