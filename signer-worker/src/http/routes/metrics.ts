/**
 * `GET {publicUrl}/v1/metrics`: counters for a Prometheus that scrapes with a bearer token. They come from the indexes
 * and the directory alone, so a scrape asks no ledger, however many there are.
 *
 * @module
 */
import { hash, timingSafeEqual } from 'node:crypto'
import { metricsQuerySchema, ok, type Refusal, type Result } from '@edge-issuer/shared'
import type { MiddlewareHandler } from 'hono'
import { readSecret } from '../../config/settings.ts'
import { indexOf } from '../../index/client.ts'
import type { IndexCounters } from '../../index/messages.ts'
import type { LedgerRefusal } from '../../ledger/messages.ts'
import { type AppContext, type AppEnv, addLogFields } from '../context.ts'
import { answerMetrics, refuse, refuseForAll } from '../respond.ts'
import { authorityMetric, ISSUED, REFUSED, REPLAYED } from './admin/metric-heads.ts'
import { type Metric, renderMetrics, type Sample } from './admin/prometheus.ts'
import { readMembers } from './admin/query.ts'
import { selectIssuers } from './admin/select-ledgers.ts'

/** The Worker secret with the token; without it there is no such path. */
const TOKEN_SECRET = 'METRICS_TOKEN'

/** A shorter token is not used: it might be guessed. */
const MIN_TOKEN_BYTES = 32

/** How long an isolate answers with what it has read, in ms. */
const CACHE_MS = 5_000

const REJECTED: Refusal = {
  code: 'credentials_rejected',
  detail:
    'the request does not have the bearer token for metrics, which the worker has as METRICS_TOKEN',
}

/**
 * Answers a request with the right token. Without a token of sufficient length in the worker, leaves the path to what
 * comes after it, as any path that there is not.
 *
 * @param nowMs - The clock, epoch ms.
 */
export function scrapeMetrics(nowMs: () => number): MiddlewareHandler<AppEnv> {
  // Texts and no promises: a request must not wait for what another one has asked.
  const cached = new Map<boolean, { readonly text: string; readonly atMs: number }>()
  return async function answerScrape(c, next) {
    const token = readSecret(c.env, TOKEN_SECRET)
    if (token === undefined) return next()
    if (Buffer.byteLength(token) < MIN_TOKEN_BYTES) {
      addLogFields(c, { reason: `${TOKEN_SECRET} has fewer than ${String(MIN_TOKEN_BYTES)} bytes` })
      return next()
    }
    if (!isToken(c.req.header('authorization'), token)) return refuse(c, REJECTED)
    if (c.req.method !== 'GET') {
      const detail = `method ${c.req.method} is not allowed; use GET`
      return refuse(c, { code: 'method_not_allowed', detail }, { allow: 'GET' })
    }
    const query = readMembers(new URL(c.req.url).searchParams, metricsQuerySchema)
    if (!query.ok) return refuse(c, query.error)
    const byClient = query.value.by === 'client'
    addLogFields(c, { outcome: 'measured' })
    const known = cached.get(byClient)
    if (known !== undefined && nowMs() - known.atMs < CACHE_MS) return answerMetrics(c, known.text)
    const metrics = await readMetrics(c, byClient, nowMs())
    if (!metrics.ok) return refuseForAll(c, metrics.error)
    const text = renderMetrics(metrics.value)
    cached.set(byClient, { text, atMs: nowMs() })
    return answerMetrics(c, text)
  }
}

const BEARER = /^Bearer +([^ ]+)$/i

/** Digests are compared, so that neither the length nor the contents of the token show in the time. */
function isToken(authorization: string | undefined, token: string): boolean {
  const given = BEARER.exec(authorization ?? '')?.[1] ?? ''
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', token, 'buffer'))
}

interface Counted {
  readonly issuer: string
  /** `undefined` for an index that did not respond. */
  readonly counters: IndexCounters | undefined
}

async function readMetrics(
  c: AppContext,
  byClient: boolean,
  nowMs: number,
): Promise<Result<readonly Metric[], LedgerRefusal>> {
  const issuers = await selectIssuers(c, {})
  if (!issuers.ok) return issuers
  const counted = await Promise.all(
    issuers.value.map(async (issuer) => countIssuer(c.env, issuer, byClient)),
  )
  return ok([...metricsOf(counted, nowMs), authorityMetric(c.get('config'))])
}

async function countIssuer(env: Env, issuer: string, byClient: boolean): Promise<Counted> {
  try {
    return { issuer, counters: await indexOf(env, issuer).counters(byClient) }
  } catch {
    return { issuer, counters: undefined }
  }
}

function metricsOf(counted: readonly Counted[], nowMs: number): readonly Metric[] {
  const answered = counted.flatMap(({ issuer, counters }) =>
    counters === undefined ? [] : [{ issuer, counters }],
  )
  const gauge = (read: (counters: IndexCounters) => number): readonly Sample[] =>
    answered.map(({ issuer, counters }) => ({ labels: { issuer }, value: read(counters) }))
  const groups = answered.flatMap(({ issuer, counters }) =>
    counters.groups.map(({ client, ...counts }) => ({
      ...counts,
      labels: { issuer, ...(client === undefined ? {} : { client }) },
    })),
  )
  return [
    {
      name: 'edge_issuer_index_up',
      type: 'gauge',
      help: 'Whether the index of an issuer answered; without an answer it has no other samples.',
      samples: counted.map(({ issuer, counters }) => ({
        labels: { issuer },
        value: counters === undefined ? 0 : 1,
      })),
    },
    {
      name: 'edge_issuer_index_lag_seconds',
      type: 'gauge',
      help: 'How long ago the index was complete, as far as the ledgers have reported.',
      samples: gauge(({ throughMs }) => Math.max(0, nowMs - throughMs) / 1000),
    },
    {
      name: 'edge_issuer_index_size_bytes',
      type: 'gauge',
      help: 'Size of the database of an index.',
      samples: gauge(({ databaseBytes }) => databaseBytes),
    },
    {
      name: 'edge_issuer_ledgers',
      type: 'gauge',
      help: 'Ledger objects that have sent certificates or counters.',
      samples: gauge(({ ledgers }) => ledgers),
    },
    {
      name: 'edge_issuer_largest_ledger_size_bytes',
      type: 'gauge',
      help: 'Size of the largest database of a ledger object.',
      samples: gauge(({ largestLedgerBytes }) => largestLedgerBytes),
    },
    { ...ISSUED, samples: groups.map(({ labels, issued }) => ({ labels, value: issued })) },
    { ...REPLAYED, samples: groups.map(({ labels, replayed }) => ({ labels, value: replayed })) },
    {
      ...REFUSED,
      samples: groups.flatMap(({ labels, refused }) =>
        Object.entries(refused).map(([code, value]) => ({ labels: { ...labels, code }, value })),
      ),
    },
  ]
}
