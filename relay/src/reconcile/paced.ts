import type { ReconcileOutcome } from './controller.ts'

/** @returns The outcome, with the key requeued no sooner than after `atLeastMs`. */
export function paced(outcome: ReconcileOutcome, atLeastMs: number): ReconcileOutcome {
  if (outcome.kind === 'requeue-after') {
    return { ...outcome, afterMs: Math.max(outcome.afterMs, atLeastMs) }
  }
  return outcome.kind === 'retry'
    ? { ...outcome, minimumMs: Math.max(outcome.minimumMs ?? 0, atLeastMs) }
    : outcome
}
