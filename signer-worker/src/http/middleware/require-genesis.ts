/**
 * Middleware: nothing is served from a jurisdiction that is not the one of the worker's data.
 *
 * @module
 */
import type { MiddlewareHandler } from 'hono'
import type { SignerConfig } from '../../config/exports.ts'
import { checkGenesis } from '../../genesis/check-genesis.ts'
import { type AppEnv, addLogFields } from '../context.ts'
import { refuse } from '../respond.ts'

/** Refuses with what {@link checkGenesis} finds; asks once per isolate and configuration when it finds nothing. */
export function requireGenesis(): MiddlewareHandler<AppEnv> {
  let checked: SignerConfig | undefined
  return async function checkJurisdiction(c, next) {
    const config = c.get('config')
    if (checked === config) return next()
    const found = await checkGenesis(c.env, config)
    if (!found.ok) {
      addLogFields(c, { reason: found.error.reason })
      return refuse(c, found.error.refusal)
    }
    checked = config
    return next()
  }
}
