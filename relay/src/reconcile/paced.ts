import type { Reconcile } from './controller.ts'

/** @returns The same, whose keys come again no sooner than after `paceMs`. */
export const paced =
  (reconcile: Reconcile, paceMs: (key: string) => number): Reconcile =>
  async (key, signal) => {
    const outcome = await reconcile(key, signal)
    const atLeast = paceMs(key)
    if (outcome.kind === 'requeue-after') {
      return { ...outcome, afterMs: Math.max(outcome.afterMs, atLeast) }
    }
    return outcome.kind === 'retry'
      ? { ...outcome, minimumMs: Math.max(outcome.minimumMs ?? 0, atLeast) }
      : outcome
  }
