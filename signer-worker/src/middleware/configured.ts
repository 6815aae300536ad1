/**
 * The configuration, before anything else is looked at: without a good one nothing is answered.
 *
 * @module
 */
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from '../context.ts'
import type { WriteLog } from '../log.ts'
import { refuse } from '../respond.ts'
import type { Settings } from '../settings.ts'

/** The part of the application's dependencies that is used here. */
export interface ConfiguredPorts {
  readonly loadSettings: (env: Env) => Settings
  readonly writeLog: WriteLog
}

/** Leaves `config`; refuses with `worker_misconfigured`, and logs every fault once per isolate. */
export function configured({ loadSettings, writeLog }: ConfiguredPorts): MiddlewareHandler<AppEnv> {
  let logged: Settings | undefined
  return async function requireSettings(c, next) {
    const settings = loadSettings(c.env)
    if (settings.ok) {
      c.set('config', settings.value)
      return next()
    }
    if (logged !== settings) {
      for (const fault of settings.error) writeLog({ event: 'config_fault', ...fault })
      logged = settings
    }
    const detail = 'the configuration of the worker has faults; its log names each of them'
    return refuse(c, { code: 'worker_misconfigured', detail })
  }
}
