/**
 * What a request must be as HTTP, before its credentials are looked at.
 *
 * @module
 */
import { checkProtocolVersion, JSON_CONTENT_TYPE, PROTOCOL_HEADER } from '@edge-issuer/shared'
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../context.ts'
import { refuse } from '../respond.ts'

/**
 * Refuses every other method with `method_not_allowed`; HEAD too, which Hono would take for GET
 * although the client signed another method.
 */
export function onlyMethod(method: 'GET' | 'POST'): MiddlewareHandler<AppEnv> {
  return async function checkMethod(c, next) {
    if (c.req.method === method) return next()
    const detail = `the method here is ${method}, not ${c.req.method}`
    return refuse(c, { code: 'method_not_allowed', detail }, { allow: method })
  }
}

/** Refuses a version that this worker does not speak with `protocol_mismatch`. */
export const onlySpokenProtocol: MiddlewareHandler<AppEnv> = async (c, next) => {
  const spoken = checkProtocolVersion(c.req.header(PROTOCOL_HEADER) ?? null)
  if (spoken.ok) return next()
  return refuse(c, { code: 'protocol_mismatch', detail: spoken.error })
}

/** Refuses every other spelling of the content type with `content_type_unsupported`. */
export const onlyJson: MiddlewareHandler<AppEnv> = async (c, next) => {
  if (c.req.header('content-type') === JSON_CONTENT_TYPE) return next()
  const detail = `the content type must be exactly ${JSON_CONTENT_TYPE}, without parameters`
  return refuse(c, { code: 'content_type_unsupported', detail })
}
