/**
 * The context of one request, in the middleware and in the routes.
 *
 * @module
 */
import type { Context } from 'hono'
import type { Admin, Client, SignerConfig } from '../config/exports.ts'
import type { Identity } from './auth/verify.ts'
import type { LogFields } from './log.ts'

/** Hono's type parameter: bindings, and variables that earlier middleware sets for later ones. */
export interface AppEnv {
  readonly Bindings: Env
  readonly Variables: {
    /** In the log and in the response, to correlate them. */
    requestId: string
    /** Fields of the log line; each middleware adds its own. */
    logFields: LogFields
    config: SignerConfig
    /** The bytes of the body, for POST and PUT only. */
    body: Uint8Array
    /** Of a client. */
    identity: Identity<Client>
    /** Of an admin. */
    admin: Identity<Admin>
    /** Whether an admin signed the request, where clients and admins are accepted. */
    isAdmin: boolean
  }
}

/** The context of one request. */
export type AppContext = Context<AppEnv>

/** Adds to the request's log line. */
export function addLogFields(c: AppContext, logFields: LogFields): void {
  c.set('logFields', { ...c.get('logFields'), ...logFields })
}
