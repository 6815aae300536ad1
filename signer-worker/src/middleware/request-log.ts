/**
 * Outermost middleware: the one log line of every request.
 *
 * @module
 */
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
    c.set('requestId', requestId)
    c.set('facts', {})
    await next()
    writeLog({
      event: 'request',
      requestId,
      method: c.req.method,
      status: c.res.status,
      millis: nowMs() - startMs,
      ...c.get('facts'),
    })
  }
}
