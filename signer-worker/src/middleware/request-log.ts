/**
 * Outermost middleware: what every answer carries, and the one log line of every request.
 *
 * @module
 */
import { PROTOCOL_HEADER, PROTOCOL_VERSION, REQUEST_ID_HEADER } from '@edge-issuer/shared'
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../context.ts'
import type { WriteLog } from '../log.ts'

/** No cache keeps an answer, and no browser makes anything of it (OWASP REST Security Cheat Sheet). */
const CONSTANT_HEADERS = [
  [PROTOCOL_HEADER, PROTOCOL_VERSION],
  ['cache-control', 'no-store'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['strict-transport-security', 'max-age=31536000'],
  ['x-content-type-options', 'nosniff'],
] as const

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
    c.header(REQUEST_ID_HEADER, requestId)
    for (const [name, value] of CONSTANT_HEADERS) c.header(name, value)
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
