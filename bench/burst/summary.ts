import { median, round } from '../statistics.ts'
import type { Burst } from './run.ts'

/** Medians of several bursts. */
export interface Figures {
  readonly readyMs: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Calls of the controller that issues. */
  readonly apiCallsPerCertificate: number
}

/** @param approvalCalls - Calls for each request that the controller which issues has no part in. */
export function summarize(bursts: readonly Burst[], approvalCalls: number): Figures {
  const medianOf = (figure: (burst: Burst) => number): number => median(bursts.map(figure))
  return {
    readyMs: medianOf(({ readyMs }) => readyMs),
    p50Ms: medianOf(({ p50Ms }) => p50Ms),
    p99Ms: medianOf(({ p99Ms }) => p99Ms),
    apiCallsPerCertificate: round(
      medianOf(({ calls }) => calls - approvalCalls),
      2,
    ),
  }
}
