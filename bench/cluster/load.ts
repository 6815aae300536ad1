/**
 * What clients of the cluster do: create requests, wait for their certificates, touch and delete them.
 *
 * @module
 */
import type { Api } from './api.ts'
import { concurrently } from './concurrently.ts'
import { REQUESTS_PATH, RUN_LABEL } from './requests.ts'

/** Number of concurrent calls of the load. */
export const LOAD_CONNECTIONS = 20

/** A request as the API server takes it. */
export interface NewRequest {
  readonly name: string
  readonly object: object
}

/** Creates requests. @returns When the call for each was sent, in milliseconds of `performance.now()` */
export async function createRequests(
  api: Api,
  requests: readonly NewRequest[],
): Promise<ReadonlyMap<string, number>> {
  const sentAtMs = new Map<string, number>()
  await concurrently(requests, LOAD_CONNECTIONS, async ({ name, object }) => {
    sentAtMs.set(name, performance.now())
    await api.send({ method: 'POST', path: REQUESTS_PATH, body: object })
  })
  return sentAtMs
}

/** Changes an annotation of each request, which means nothing to anybody. */
export async function touchRequests(
  api: Api,
  names: readonly string[],
  value: string,
): Promise<void> {
  const body = { metadata: { annotations: { 'bench.example/touched': value } } }
  await concurrently(names, LOAD_CONNECTIONS, async (name) => {
    await api.send({ method: 'PATCH', path: `${REQUESTS_PATH}/${name}`, body })
  })
}

/** Deletes the requests of a run. */
export async function deleteRun(api: Api, run: string): Promise<void> {
  const query = new URLSearchParams({ labelSelector: `${RUN_LABEL}=${run}` })
  await api.send({ method: 'DELETE', path: `${REQUESTS_PATH}?${query.toString()}` })
}
