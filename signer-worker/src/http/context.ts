/**
 * What travels with one request through the middleware.
 *
 * @module
 */
import type { AdminRole } from '@edge-issuer/shared'
import type { Context } from 'hono'
import type { Client, SignerConfig } from '../config/index.ts'
import type { Identity } from './auth/verify.ts'
import type { LogFields } from './log.ts'

/** Hono's type parameter: bindings, and what the steps leave for the ones after them. */
export interface AppEnv {
  readonly Bindings: Env
  readonly Variables: {
    /** In the log and in the answer, to find one by the other. */
    requestId: string
    /** For the log line; each step adds what it learned. */
    logFields: LogFields
    config: SignerConfig
    /** The octets of the body, for POST only. */
    body: Uint8Array
    identity: Identity<Client>
    /** Of the admin who asks; only under the admin API. */
    adminRole: AdminRole
  }
}

/** The context of one request. */
export type AppContext = Context<AppEnv>

/** Adds to the request's log line. */
export function addLogFields(c: AppContext, logFields: LogFields): void {
  c.set('logFields', { ...c.get('logFields'), ...logFields })
}
