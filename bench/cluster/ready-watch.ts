/**
 * When requests become Ready, as everybody else in the cluster sees it: by a watch.
 *
 * @module
 */
import { z } from 'zod'
import type { Api } from './api.ts'
import { REQUESTS_PATH, RUN_LABEL } from './requests.ts'

/** A watch that runs. */
export interface ReadyWatch {
  /** Milliseconds of `performance.now()` by name, for each request that is Ready. */
  readonly readyAtMs: ReadonlyMap<string, number>
  /**
   * Waits until so many are Ready.
   *
   * @throws Error when one of them fails, when the watch fails, or after `limitMs`
   */
  until(count: number, limitMs: number): Promise<void>
  stop(): Promise<void>
}

const listSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) })

const eventSchema = z.object({
  type: z.string(),
  object: z.object({
    metadata: z.object({ name: z.string(), resourceVersion: z.string() }),
    status: z
      .object({
        conditions: z
          .array(
            z.object({
              type: z.string(),
              status: z.string(),
              reason: z.string(),
              message: z.string(),
            }),
          )
          .default([]),
      })
      .prefault({}),
  }),
})

/** The condition that is waited for: `Ready`, or `Approved`. */
export type AwaitedCondition = 'Ready' | 'Approved'

/** Watches the requests of one run that are yet to be created. */
export async function watchReady(
  api: Api,
  run: string,
  awaited: AwaitedCondition = 'Ready',
): Promise<ReadyWatch> {
  const { metadata } = listSchema.parse(
    JSON.parse(await api.send({ method: 'GET', path: `${REQUESTS_PATH}?limit=1` })),
  )
  let { resourceVersion } = metadata
  const readyAtMs = new Map<string, number>()
  const failure = Promise.withResolvers<never>()
  // It may happen before anything waits for it.
  failure.promise.catch(() => undefined)
  let wanted = Number.POSITIVE_INFINITY
  let reached = Promise.withResolvers<void>()
  const see = (line: string): void => {
    const seenAtMs = performance.now()
    const { type, object } = eventSchema.parse(JSON.parse(line))
    ;({ resourceVersion } = object.metadata)
    if (type === 'DELETED' || readyAtMs.has(object.metadata.name)) return
    const condition = object.status.conditions.find((one) => one.type === awaited)
    if (condition?.reason === 'Failed' || condition?.reason === 'Denied') {
      throw new Error(`${object.metadata.name} is not Ready: ${condition.message}`)
    }
    if (condition?.status !== 'True') return
    readyAtMs.set(object.metadata.name, seenAtMs)
    if (readyAtMs.size >= wanted) reached.resolve()
  }
  const stop = new AbortController()
  const watch = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const labelSelector = `${RUN_LABEL}=${run}`
      const query = new URLSearchParams({ watch: 'true', labelSelector, resourceVersion })
      await api.watch(`${REQUESTS_PATH}?${query.toString()}`, see, stop.signal)
    }
  }
  const watching = watch().catch((error: unknown) => failure.reject(error))
  return {
    readyAtMs,
    until: async (count, limitMs) => {
      wanted = count
      if (readyAtMs.size >= count) return
      reached = Promise.withResolvers()
      const timer = setTimeout(() => {
        failure.reject(
          new Error(`${String(readyAtMs.size)} of ${String(count)} were ${awaited} in time`),
        )
      }, limitMs)
      await Promise.race([reached.promise, failure.promise]).finally(() => clearTimeout(timer))
    },
    stop: async () => {
      stop.abort()
      await watching
    },
  }
}
