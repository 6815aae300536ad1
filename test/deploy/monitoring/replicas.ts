/**
 * Two relays as Prometheus sees them: their metrics are those of the relay's own code, and what they tell
 * of is set by a test, minute by minute.
 *
 * @module
 */
import type { RequestPhase } from '../../../relay/src/core/request-phase.ts'
import { createMetrics, type Metrics } from '../../../relay/src/metrics/metrics.ts'
import type { ControllerObserver } from '../../../relay/src/reconcile/controller.ts'
import type { SignAttempt } from '../../../relay/src/reconcile/sign-attempt.ts'
import { aCondition, anIssuer } from '../../support/kube-objects.ts'
import type { Target } from './query-checker.ts'

/** When the first scrape is: 2026-01-01T00:00:00Z. */
export const START_SECONDS = 1_767_225_600
export const STEP_SECONDS = 60
/** The names of the release in the chart's defaults. */
const LEASE = 'edge-issuer-relay'
const NAMESPACE = 'edge-issuer'

/** What an attempt to get a certificate comes to. */
type Result = SignAttempt['result']

/** State of the system at one minute. */
export interface Scene {
  readonly notReady: readonly ('Issuer' | 'ClusterIssuer')[]
  /** How long the CA of the Issuer is valid yet. */
  readonly caDays: number
  readonly phases: readonly RequestPhase[]
  /** What came of attempts in the last minute. */
  readonly results: readonly Result[]
  /** The same of renewals. */
  readonly renewals: readonly Result[]
  /** Which replicas answer. */
  readonly up: readonly [boolean, boolean]
  /** Which replica leads; none when undefined. */
  readonly leader: 0 | 1 | undefined
}

/** As it should be: requests come and go, one is refused now and then. */
export const healthy = (minute: number): Scene => ({
  notReady: [],
  caDays: 3_650,
  phases: minute % 3 === 0 ? ['pending', 'waiting for approval', 'done'] : ['done'],
  results: [...many<Result>('issued', 30), ...(minute % 10 === 0 ? (['failed'] as const) : [])],
  renewals: [],
  up: [true, true],
  leader: 0,
})

/** The same several times. */
export const many = <T>(one: T, count: number): readonly T[] =>
  Array.from({ length: count }, () => one)

/** Lets minutes pass. @param scene - State at each minute. */
export async function scrapeReplicas(
  minutes: number,
  scene: (minute: number) => Scene,
): Promise<readonly Target[]> {
  let now = scene(0)
  let minute = 0
  const replicas = [0, 1].map((index) => startReplica(index, () => ({ now, minute })))
  const scrapes: string[][] = replicas.map(() => [])
  for (; minute < minutes; minute++) {
    now = scene(minute)
    for (const [index, replica] of replicas.entries()) {
      if (now.leader === index) replica.work(now)
      scrapes[index]?.push(now.up[index] === true ? await replica.metrics.text() : '')
    }
  }
  return scrapes.map((texts, index) => ({
    labels: {
      job: 'edge-issuer-metrics',
      namespace: NAMESPACE,
      pod: `relay-${String(index)}`,
      instance: `10.0.0.${String(index)}:8443`,
    },
    scrapes: texts,
  }))
}

interface Replica {
  readonly metrics: Metrics
  /** Attempts of a minute, with all that is counted on the way. */
  readonly work: (scene: Scene) => void
}

function startReplica(
  index: number,
  clock: () => { readonly now: Scene; readonly minute: number },
): Replica {
  const metrics = createMetrics()
  metrics.observeBreakers(() => ({ Issuer: 0, ClusterIssuer: 0 }))
  metrics.observe({
    issuers: () =>
      (['Issuer', 'ClusterIssuer'] as const).map((kind) => {
        const { now, minute } = clock()
        const days = kind === 'Issuer' ? now.caDays : 3_650
        const endMs = (START_SECONDS + days * 86_400) * 1_000
        const status = now.notReady.includes(kind) ? 'False' : 'True'
        return anIssuer({
          kind,
          status: {
            conditions: [aCondition('Ready', { status, reason: `Minute${String(minute)}` })],
            ca: {
              subject: 'CN=CA',
              serialNumber: '1',
              notAfter: new Date(endMs).toISOString().replace(/\.\d{3}Z$/u, 'Z'),
              sha256: 'a',
            },
          },
        })
      }),
    omitted: () => [],
    requests: () => [
      { kind: 'CertificateRequest', phases: clock().now.phases },
      { kind: 'CertificateSigningRequest', phases: ['done'] },
    ],
    droppedEvents: () => 0,
    leaseName: LEASE,
    isLeading: () => clock().now.leader === index,
  })
  let observer: ControllerObserver | undefined
  return {
    metrics,
    work: ({ results, renewals }) => {
      // Only a leader has controllers.
      observer ??= metrics.controller({
        name: 'certificaterequests',
        workers: 16,
        stats: () => ({ depth: 0, active: 0, unfinishedMs: 0, longestMs: 0 }),
      })
      const attempts = [
        ...results.map((result) => ({ operation: 'issue', result }) as const),
        ...renewals.map((result) => ({ operation: 'renew', result }) as const),
      ]
      for (const { operation, result } of attempts) {
        observer.added()
        observer.taken(1)
        observer.reconciled(result === 'retry' ? 'retry' : 'done', 20)
        metrics.apiAnswered({ method: 'PATCH', code: '200', host: 'kubernetes:443' })
        metrics.workerAnswered(result === 'issued' ? '200' : '422')
        const attempt = { kind: 'CertificateRequest', operation, tookMs: 15 } as const
        metrics.signed({ ...attempt, issuerKind: 'Issuer', result })
      }
      metrics.checked('Issuer', 'Checked')
    },
  }
}
