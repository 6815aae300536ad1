import type { Issuer, IssuerKind } from '../api/issuer.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Clock } from '../queue/clock.ts'
import { breakerKind, breakerScope, CircuitBreakers } from '../signer/circuit-breaker.ts'

/** Options of {@link observedBreakers}. */
export interface ObservedBreakersOptions {
  readonly caches: {
    readonly issuers: Readonly<Record<IssuerKind, { readonly values: () => readonly Issuer[] }>>
  }
  readonly metrics: Pick<Metrics, 'breakerOpened' | 'observeBreakers'>
  readonly clock: Clock
  /** Numbers in [0, 1), as `Math.random`. */
  readonly random: () => number
  readonly log: Log
}

/** @returns Circuit breakers that log each change of state once, and count. */
export function observedBreakers(options: ObservedBreakersOptions): CircuitBreakers {
  const { caches, metrics, clock, random, log } = options
  const breakers = new CircuitBreakers({
    uptimeMs: () => clock.uptimeMs(),
    random,
    onChange: (breaker, change) => {
      if (change.kind === 'closed') {
        log.info({ breaker }, 'circuit breaker closed')
        return
      }
      metrics.breakerOpened(breakerKind(breaker))
      log.warn({ breaker, error: change.cause }, 'circuit breaker opened')
    },
  })
  // Breakers of issuers that are gone do not count.
  const countOpen = (kind: IssuerKind): number => {
    const scopes = new Set(caches.issuers[kind].values().map(breakerScope))
    return [...scopes].filter((scope) => breakers.state(scope) !== undefined).length
  }
  metrics.observeBreakers(() => ({
    Issuer: countOpen('Issuer'),
    ClusterIssuer: countOpen('ClusterIssuer'),
  }))
  return breakers
}
