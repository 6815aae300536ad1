/**
 * Outermost middleware: what every answer carries, and the one log line of every request.
 *
 * @module
 */
import { PROTOCOL_HEADER, PROTOCOL_VERSION, REQUEST_ID_HEADER } from '@edge-issuer/shared'
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../context.ts'
import type { WriteLog } from '../log.ts'

/** Gives the request an id, and logs it when its answer is known. */
export function requestLog(ports: {
  readonly writeLog: WriteLog
  readonly nowMs: () => number
}): MiddlewareHandler<AppEnv> {
  const { writeLog, nowMs } = ports
  return async function logRequest(c, next) {
    const startMs = nowMs()
    const requestId = crypto.randomUUID()
    c.set('facts', {})
    await next()
    c.header(PROTOCOL_HEADER, PROTOCOL_VERSION)
    c.header(REQUEST_ID_HEADER, requestId)
    c.header('cache-control', 'no-store')
    writeLog({
      event: 'request',
      requestId,
      method: c.req.method,
      status: c.res.status,
      millis: nowMs() - startMs,
      ...c.var.facts,
    })
  }
}
