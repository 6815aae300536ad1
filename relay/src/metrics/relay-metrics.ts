/**
 * Counters of the relay. No label has unbounded values: no name of a request, no subject, no host that a user
 * chose.
 *
 * @module
 */
import { REFUSALS } from '@edge-issuer/shared'
import { Counter, Histogram, type Registry } from 'prom-client'
import { CERTIFICATE_REQUEST, CERTIFICATE_SIGNING_REQUEST } from '../api/group.ts'
import { ISSUER_KINDS, type IssuerKind } from '../api/issuer.ts'
import { ISSUER_REASON, type IssuerReason } from '../api/reasons.ts'
import { API_ERROR_KINDS, type ApiErrorKind } from '../kube/api-error.ts'
import { SIGN_OPERATIONS, SIGN_RESULTS, type SignAttempt } from '../reconcile/sign-attempt.ts'
import { METRIC_PREFIX } from './prefix.ts'

/** Functions that count, one for each metric. */
export interface RelayMetrics {
  /** A request to the API server ended; `code` is an HTTP status or `<error>`. */
  readonly apiAnswered: (answer: {
    readonly method: string
    readonly code: string
    readonly host: string
  }) => void
  /** A request to a worker ended; `code` is an HTTP status or `<error>`. */
  readonly workerAnswered: (code: string) => void
  readonly signed: (attempt: SignAttempt) => void
  /** A circuit breaker for issuers of this kind opened. */
  readonly breakerOpened: (issuerKind: IssuerKind) => void
  /** `reason` is that of the issuer's Ready condition. */
  readonly checked: (issuerKind: IssuerKind, reason: IssuerReason) => void
  /** `kind` is that of the object, `reason` what the API server's refusal means. */
  readonly statusNotWritten: (kind: string, reason: ApiErrorKind) => void
}

/** From an exchange over a short line to one that has to wait for its deadline, in seconds. */
const SIGN_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25]

/** What a worker can answer, and no answer. A proxy in between may have others. */
const WORKER_CODES: ReadonlySet<string> = new Set([
  '200',
  '<error>',
  ...Object.values(REFUSALS).map(({ status }) => String(status)),
])
const REQUEST_KINDS = [CERTIFICATE_REQUEST.kind, CERTIFICATE_SIGNING_REQUEST.kind] as const
const ATTEMPTS = ISSUER_KINDS.flatMap((issuer_kind) =>
  REQUEST_KINDS.flatMap((kind) =>
    SIGN_OPERATIONS.flatMap((operation) =>
      SIGN_RESULTS.map((result) => ({ kind, issuer_kind, operation, result })),
    ),
  ),
)

/**
 * Registers everything at `registry`. Counters whose labels are known begin at 0: Prometheus' `increase()`
 * and `rate()` do not see the jump from no series to its first value.
 */
export function relayMetrics(registry: Registry): RelayMetrics {
  const registers = [registry]
  const api = new Counter({
    registers,
    name: 'rest_client_requests_total',
    help: 'Total number of requests to the API server',
    labelNames: ['code', 'method', 'host'],
  })
  const worker = new Counter({
    registers,
    name: `${METRIC_PREFIX}_worker_http_requests_total`,
    help: 'Total number of requests to signing workers',
    labelNames: ['code'],
  })
  const attempts = new Counter({
    registers,
    name: `${METRIC_PREFIX}_sign_requests_total`,
    help: 'Total number of attempts to get a certificate, by result',
    labelNames: ['kind', 'issuer_kind', 'operation', 'result'],
  })
  const signTime = new Histogram({
    registers,
    name: `${METRIC_PREFIX}_sign_duration_seconds`,
    help: 'Duration of successful attempts to get a certificate, including its verification',
    labelNames: ['kind', 'issuer_kind'],
    buckets: SIGN_BUCKETS,
  })
  const checks = new Counter({
    registers,
    name: `${METRIC_PREFIX}_issuer_check_total`,
    help: 'Total number of health checks of issuers, by the reason of the Ready condition',
    labelNames: ['issuer_kind', 'reason'],
  })
  const unwritten = new Counter({
    registers,
    name: `${METRIC_PREFIX}_status_write_failures_total`,
    help: 'Total number of failed status writes, by kind of object; conflicts are retried at once and are an error only if they persist',
    labelNames: ['kind', 'reason'],
  })
  const breakers = new Counter({
    registers,
    name: `${METRIC_PREFIX}_circuit_breaker_opened_total`,
    help: 'Total number of times that a circuit breaker opened because a worker did not respond to consecutive calls',
    labelNames: ['issuer_kind'],
  })
  for (const code of WORKER_CODES) worker.inc({ code }, 0)
  for (const kind of [...ISSUER_KINDS, ...REQUEST_KINDS]) {
    for (const reason of API_ERROR_KINDS) unwritten.inc({ kind, reason }, 0)
  }
  for (const issuer_kind of ISSUER_KINDS) {
    breakers.inc({ issuer_kind }, 0)
    for (const reason of Object.values(ISSUER_REASON)) checks.inc({ issuer_kind, reason }, 0)
    for (const kind of REQUEST_KINDS) signTime.zero({ kind, issuer_kind })
  }
  for (const labels of ATTEMPTS) attempts.inc(labels, 0)
  return {
    apiAnswered: (answer) => api.inc({ ...answer }),
    workerAnswered: (code) => worker.inc({ code }),
    signed: ({ kind, issuerKind, operation, result, tookMs }) => {
      const labels = { kind, issuer_kind: issuerKind }
      attempts.inc({ ...labels, operation, result })
      if (result === 'issued') signTime.observe(labels, tookMs / 1_000)
    },
    statusNotWritten: (kind, reason) => unwritten.inc({ kind, reason }),
    breakerOpened: (issuerKind) => breakers.inc({ issuer_kind: issuerKind }),
    checked: (issuerKind, reason) => checks.inc({ issuer_kind: issuerKind, reason }),
  }
}
