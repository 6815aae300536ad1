/**
 * Requests that come without a pause, as in a cluster that does not wait for its operators.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type EdgeEnvironment, mustKubectl } from '../e2e/environment.ts'
import { ledgerFaults, unmetAfter } from '../e2e/many-requests.ts'
import { createAdmin } from '../support/edge/admin.ts'
import { type Created, createBurst } from '../support/edge/burst.ts'
import { observeRequests } from '../support/edge/ends.ts'

const INTERVAL_MS = 100
const LIMIT_MS = 120_000

/**
 * Makes requests in a new namespace from before `work` begins until after it has ended, and waits until
 * all are issued.
 *
 * @returns How many there were, and what is wrong: requests that are not issued, and certificates that
 *   are not the one of their request.
 */
export async function requestsDuring(
  edge: Pick<EdgeEnvironment, 'plane' | 'signer'>,
  namespace: string,
  work: () => Promise<void>,
): Promise<{ readonly count: number; readonly faults: readonly string[] }> {
  await mustKubectl(edge.plane, `create namespace ${namespace}`)
  const admin = await createAdmin(edge.plane)
  try {
    const created: Created[] = []
    const makeOne = async (): Promise<void> => {
      // Undecided until cert-manager's approver comes, and good from then on.
      const name = `during-${String(created.length)}`
      const made = await createBurst(admin, [{ fate: 'undecided', namespace, name }])
      created.push(...made.map((one) => ({ ...one, fate: 'good' as const })))
    }
    await makeOne()
    const over = new AbortController()
    const working = work().finally(() => {
      over.abort()
    })
    const making = (async (): Promise<void> => {
      while (!over.signal.aborted) {
        await makeOne()
        await sleep(INTERVAL_MS)
      }
      await makeOne()
    })()
    await Promise.all([working, making])
    const unmet = await unmetAfter({ admin, namespace, created, limitMs: LIMIT_MS })
    if (unmet.length > 0) return { count: created.length, faults: unmet }
    const observed = await observeRequests(admin, namespace)
    return { count: created.length, faults: await ledgerFaults(edge, { created, observed }) }
  } finally {
    admin.close()
  }
}
