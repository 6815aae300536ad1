import { pollUntil } from '@edge-issuer/testbed/control-plane/poll'
import { requestObject } from '@edge-issuer/testbed/relay/objects'
import type { HostileRequest } from '@edge-issuer/testbed/worker/attack'
import { z } from 'zod'
import type { Api } from '../cluster/api.ts'
import { concurrently } from '../cluster/concurrently.ts'
import { LOAD_CONNECTIONS } from '../cluster/load.ts'

const LIMIT_MS = 60_000
/** cert-manager approves 50 a second on a busy machine. */
const LIMIT_MS_EACH = 20

const requestSchema = z.object({
  status: z
    .object({ conditions: z.array(z.object({ type: z.string() })).default([]) })
    .prefault({}),
})

const collection = (namespace: string): string =>
  `/apis/cert-manager.io/v1/namespaces/${namespace}/certificaterequests`

/** Creates the requests of an attack in their namespaces, and waits until cert-manager has approved them. */
export async function createHostileRequests(
  api: Api,
  requests: readonly HostileRequest[],
): Promise<void> {
  await concurrently(requests, LOAD_CONNECTIONS, async (request) => {
    const path = collection(request.namespace)
    await api.send({ method: 'POST', path, body: requestObject(request) })
  })
  const last = requests.at(-1)
  if (last === undefined) return
  const path = `${collection(last.namespace)}/${last.name}`
  await pollUntil({
    what: 'cert-manager to approve every request of the attack',
    // It approves them in the order in which they came.
    probe: async () => {
      const { status } = requestSchema.parse(JSON.parse(await api.send({ method: 'GET', path })))
      return status.conditions.some(({ type }) => type === 'Approved')
    },
    timeoutMs: LIMIT_MS + LIMIT_MS_EACH * requests.length,
  })
}
