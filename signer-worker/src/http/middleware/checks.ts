/**
 * Checks of method and protocol version.
 *
 * @module
 */
import { checkProtocolVersion, PROTOCOL_HEADER, type SignedMethod } from '@edge-issuer/shared'
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../context.ts'
import { refuse } from '../respond.ts'

/**
 * Refuses every other method with `method_not_allowed`. HEAD, which Hono takes for GET, never comes
 * here: no client can sign it.
 */
export function onlyMethod(...methods: readonly SignedMethod[]): MiddlewareHandler<AppEnv> {
  return async function checkMethod(c, next) {
    if (methods.some((method) => c.req.method === method)) return next()
    const allow = methods.join(', ')
    const detail = `method ${c.req.method} is not allowed; use ${allow}`
    return refuse(c, { code: 'method_not_allowed', detail }, { allow })
  }
}

/** Refuses a version that this worker does not speak with `protocol_mismatch`. */
export const onlySpokenProtocol: MiddlewareHandler<AppEnv> = async (c, next) => {
  const spoken = checkProtocolVersion(c.req.header(PROTOCOL_HEADER) ?? null)
  if (spoken.ok) return next()
  return refuse(c, { code: 'protocol_mismatch', detail: spoken.error })
}
