/**
 * `GET /healthz`: for probes of a load balancer or of Kubernetes, which have no key.
 *
 * @module
 */
import { HEALTHZ_PATH } from '@edge-issuer/shared'
import type { MiddlewareHandler } from 'hono'
import type { Settings } from '../../config/settings.ts'
import type { AppEnv } from '../context.ts'
import { pathAndQuery } from '../request-target.ts'

const HEADERS = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }

/**
 * Answers 200 when the configuration is usable, else 503, below the public URL and at the root. Anyone may ask, so
 * the answer has no detail, asks no Durable Object and is not logged.
 */
export function answerProbe(loadSettings: (env: Env) => Settings): MiddlewareHandler<AppEnv> {
  return async function answerHealthz(c, next) {
    const { method, path, url } = c.req
    const [pathAtRoot] = pathAndQuery(url).split('?', 1)
    const isProbe = path === HEALTHZ_PATH || pathAtRoot === HEALTHZ_PATH
    if (!isProbe || method !== 'GET') return next()
    return loadSettings(c.env).ok
      ? c.body('ok\n', 200, HEADERS)
      : c.body('unavailable\n', 503, HEADERS)
  }
}
