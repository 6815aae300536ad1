/**
 * What all controllers have in common.
 *
 * @module
 */
import type { Config } from '../config.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { ControllerOptions } from '../reconcile/controller.ts'

/** A check or an attempt to sign: a Secret that is read slowly, and an exchange with the worker (25 s). */
export const ATTEMPT_DEADLINE_MS = 45_000
/** An attempt, and time left for two calls to the API server (30 s each) that write its result. */
const RECONCILE_DEADLINE_MS = ATTEMPT_DEADLINE_MS + 60_000

/** What the options of every controller follow from. */
interface DefaultsOptions extends Pick<ControllerOptions, 'clock' | 'log' | 'random'> {
  readonly config: Pick<Config, 'maxConcurrentReconciles'>
  readonly metrics: Pick<Metrics, 'controller'>
}

/** @returns Options that every controller has. */
export const controllerDefaults = ({
  config,
  metrics,
  clock,
  random,
  log,
}: DefaultsOptions): Pick<
  ControllerOptions,
  'clock' | 'deadlineMs' | 'log' | 'observe' | 'random' | 'workers'
> => ({
  observe: metrics.controller,
  workers: config.maxConcurrentReconciles,
  deadlineMs: RECONCILE_DEADLINE_MS,
  clock,
  random,
  log,
})
