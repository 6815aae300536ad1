/**
 * A continuous stream of requests.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Admin, createAdmin } from '@edge-issuer/testbed/worker/admin'
import { type EdgeEnvironment, mustKubectl } from '../e2e/environment.ts'
import { ledgerErrors, unmetAfter } from '../e2e/many-requests.ts'
import { type Created, createBurst } from '../support/edge/burst.ts'
import { observeRequests } from '../support/edge/ends.ts'

const INTERVAL_MS = 100
const LIMIT_MS = 120_000

type Edge = Pick<EdgeEnvironment, 'plane' | 'signer'>

/**
 * Makes this many requests in a new namespace as fast as it can, and waits until all are issued.
 *
 * @returns The problems, as {@link requestsDuring} reports them.
 */
export async function requestsAtOnce(
  edge: Edge,
  namespace: string,
  count: number,
): Promise<readonly string[]> {
  await mustKubectl(edge.plane, `create namespace ${namespace}`)
  const admin = await createAdmin(edge.plane)
  try {
    const names = Array.from({ length: count }, (_, at) => `burst-${String(at)}`)
    const created = await createSome(admin, namespace, names)
    return await faultsOf(edge, { admin, namespace, created })
  } finally {
    admin.close()
  }
}

/**
 * Makes requests in a new namespace from before `work` begins until after it has ended, and waits until
 * all are issued.
 *
 * @returns The number of requests, and the problems: requests that are not issued, and certificates that
 *   do not belong to their request.
 */
export async function requestsDuring(
  edge: Edge,
  namespace: string,
  work: () => Promise<void>,
): Promise<{ readonly count: number; readonly faults: readonly string[] }> {
  await mustKubectl(edge.plane, `create namespace ${namespace}`)
  const admin = await createAdmin(edge.plane)
  try {
    const created: Created[] = []
    const makeOne = async (): Promise<void> => {
      created.push(...(await createSome(admin, namespace, [`during-${String(created.length)}`])))
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
    return { count: created.length, faults: await faultsOf(edge, { admin, namespace, created }) }
  } finally {
    admin.close()
  }
}

/** Undecided until cert-manager's approver approves them. */
async function createSome(
  admin: Admin,
  namespace: string,
  names: readonly string[],
): Promise<readonly Created[]> {
  const wanted = names.map((name) => ({ scenario: 'undecided' as const, namespace, name }))
  const created = await createBurst(admin, wanted)
  return created.map(({ name, uid, csr }) => ({ name, namespace, uid, csr, scenario: 'good' }))
}

async function faultsOf(
  edge: Edge,
  requests: {
    readonly admin: Admin
    readonly namespace: string
    readonly created: readonly Created[]
  },
): Promise<readonly string[]> {
  const { admin, namespace, created } = requests
  const unmet = await unmetAfter({ ...requests, limitMs: LIMIT_MS })
  if (unmet.length > 0) return unmet
  return ledgerErrors(edge, { created, observed: await observeRequests(admin, namespace) })
}
