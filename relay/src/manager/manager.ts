/**
 * The relay as a whole. Data flows one way: informers fill stores, changes of stores enqueue keys, controllers
 * reconcile keys.
 *
 * @module
 */
import { getHeapStatistics } from 'node:v8'
import type { Config } from '../config.ts'
import { capacityOf } from '../core/capacity.ts'
import { fencedKube } from '../leaderelection/fence.ts'
import { createEventRecorder } from '../report/events.ts'
import { createCaches, createInformers, type Informer } from './caches.ts'
import { clusterState } from './cluster-state.ts'
import type { ControllersOptions } from './controller-options.ts'
import { Controllers } from './controllers.ts'

/** Options of {@link startRelay}. */
export interface RelayOptions extends Omit<ControllersOptions, 'config' | 'events' | 'caches'> {
  readonly config: Config
  readonly hostName: string
}

/** A relay that watches the cluster. Followers stay in this state: ready, and up to date when they become leader. */
export interface Relay {
  /** False if only a restart helps. */
  readonly isAlive: () => boolean
  /** Everything was read once. It does not depend on the worker, whose errors are in the issuers' conditions. */
  readonly isReady: () => boolean
  /** Starts the controllers once the required informers have synced. Called at most once, by the leader. */
  readonly work: () => void
  /** Lets running reconciles end within `graceMs`, then stops everything. */
  readonly stop: (graceMs: number) => Promise<void>
}

/** Limit for writing the last Events. */
const EVENTS_STOP_LIMIT_MS = 3_000

/** A request must not be reported as having no issuer only because issuers were not read yet. */
async function startWhenSynced(
  controllers: Controllers,
  informers: readonly Informer[],
): Promise<void> {
  const synced = await Promise.all(informers.map(async (informer) => informer.synced))
  if (synced.every(Boolean)) controllers.start()
}

/** Starts reading at once. */
export function startRelay(options: RelayOptions): Relay {
  const kube = fencedKube(options.kube, options.isLeading)
  const events = createEventRecorder({ ...options, writer: kube })
  const caches = createCaches(capacityOf(getHeapStatistics().heap_size_limit))
  const { all: informers, required } = createInformers(caches, kube, options)
  options.metrics.observe({
    ...clusterState(caches, informers),
    droppedEvents: () => events.dropped,
    leaseName: options.config.leaseName,
    isLeading: options.isLeading,
  })
  const reading = new AbortController()
  const runs = informers.map(async (informer) => informer.run(reading.signal))
  let controllers: Controllers | undefined
  let starting = Promise.resolve()

  return {
    isAlive: () => informers.every((informer) => informer.isAlive),
    isReady: () => !reading.signal.aborted && informers.every((informer) => informer.hasSynced),
    work: () => {
      if (reading.signal.aborted) return
      controllers = new Controllers({ ...options, kube, caches, events })
      starting = startWhenSynced(controllers, required)
    },
    stop: async (graceMs) => {
      reading.abort()
      await Promise.all([...runs, starting])
      await controllers?.stop(graceMs)
      await events.stop(Math.min(graceMs, EVENTS_STOP_LIMIT_MS))
    },
  }
}
