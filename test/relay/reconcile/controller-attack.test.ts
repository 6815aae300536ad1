/**
 * How long requests of a tenant whose worker responds wait, while those of many others hang: on a clock that is
 * turned by hand, so that the figures are those of the rules and not of the machine.
 *
 * @module
 */
import { describe, it } from 'vitest'
import { sleep } from '../../../relay/src/queue/clock.ts'
import { fairShare, requestGroups } from '../../../relay/src/reconcile/fair-share.ts'
import { aController } from './controlled.ts'

const WORKERS = 16
const SHARE = fairShare({ workers: WORKERS, perIssuer: 4, isWholeCluster: true })
const RUN_MS = 60_000
const EVERY_MS = 500
const QUICK_MS = 100
/** One healthy call takes longer than what counts as quick. */
const SLOW_KEY = 'healthy/20000'
const SLOW_MS = 1_500

/** @returns From the arrival of each healthy request until it ended, in milliseconds. */
async function healthyWaits({
  namespaces,
  requests,
  isKnown,
}: {
  readonly namespaces: number
  /** Of each namespace. */
  readonly requests: number
  /** Whether the healthy issuer has responded before; once it has, that is known. */
  readonly isKnown: boolean
}): Promise<readonly number[]> {
  const addedAtMs = new Map<string, number>()
  const waitsMs: number[] = []
  // Keys are NAMESPACE/NAME.
  const { controller, clock } = aController(
    async (key, signal) => {
      if (!key.startsWith('healthy/')) {
        // Until its deadline.
        await sleep(clock, RUN_MS, signal)
        return { kind: 'retry', message: 'no response' }
      }
      await sleep(clock, key === SLOW_KEY ? SLOW_MS : QUICK_MS, signal)
      waitsMs.push(clock.uptimeMs() - (addedAtMs.get(key) ?? Infinity))
      return { kind: 'done' }
    },
    WORKERS,
    {
      deadlineMs: 20_000,
      groupsOf: (key) => {
        const [namespace = ''] = key.split('/')
        return requestGroups(
          { kind: 'Issuer', namespace, name: 'edge' },
          SHARE,
          namespace === 'healthy' && (isKnown || waitsMs.length > 0) ? 'responsive' : 'unknown',
        )
      },
    },
  )
  for (let request = 0; request < requests; request += 1) {
    for (let at = 0; at < namespaces; at += 1) {
      controller.add(`hostile-${String(at)}/${String(request)}`)
    }
  }
  controller.start()
  for (let ms = 0; ms < RUN_MS; ms += EVERY_MS) {
    const key = `healthy/${String(ms)}`
    addedAtMs.set(key, clock.uptimeMs())
    controller.add(key)
    await clock.advance(EVERY_MS)
  }
  return waitsMs
}

describe('requests of an issuer that responds', () => {
  it.for([
    { isKnown: true, namespaces: 1, requests: 384, worstMs: SLOW_MS },
    { isKnown: true, namespaces: 48, requests: 8, worstMs: SLOW_MS },
    { isKnown: true, namespaces: 300, requests: 8, worstMs: SLOW_MS },
    { isKnown: false, namespaces: 1, requests: 64, worstMs: SLOW_MS },
    { isKnown: false, namespaces: 1, requests: 384, worstMs: SLOW_MS },
    { isKnown: false, namespaces: 8, requests: 16, worstMs: 2_100 },
    { isKnown: false, namespaces: 48, requests: 8, worstMs: 7_100 },
  ])(
    'that has responded before: $isKnown, wait $worstMs ms at most while $namespaces × $requests hang',
    async ({ worstMs, ...hostile }, { expect }) => {
      const waitsMs = await healthyWaits(hostile)
      expect(waitsMs).toHaveLength(RUN_MS / EVERY_MS)
      expect(Math.max(...waitsMs)).toBeLessThanOrEqual(worstMs)
    },
  )
})
