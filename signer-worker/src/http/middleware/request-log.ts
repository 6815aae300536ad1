/**
 * Outermost middleware: the one log line of every request.
 *
 * @module
 */
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../context.ts'
import type { WriteLog } from '../log.ts'
import { pathAndQuery } from '../request-target.ts'

/** Longest path in the log; those of the protocol are shorter. */
const MAX_PATH_CHARACTERS = 256

/** Gives the request an id, and logs it when its answer is known. */
export function requestLog(ports: {
  readonly writeLog: WriteLog
  readonly nowMs: () => number
}): MiddlewareHandler<AppEnv> {
  const { writeLog, nowMs } = ports
  return async function logRequest(c, next) {
    const startMs = nowMs()
    const requestId = crypto.randomUUID()
    c.set('requestId', requestId)
    c.set('logFields', {})
    await next()
    writeLog({
      event: 'request',
      requestId,
      method: c.req.method,
      path: pathAndQuery(c.req.url).split('?', 1)[0]?.slice(0, MAX_PATH_CHARACTERS) ?? '',
      status: c.res.status,
      millis: nowMs() - startMs,
      ...c.get('logFields'),
    })
  }
}
