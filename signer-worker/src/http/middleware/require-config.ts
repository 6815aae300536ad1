/**
 * Middleware: loads the configuration before any other check.
 *
 * @module
 */
import type { MiddlewareHandler } from 'hono'
import type { Settings } from '../../config/settings.ts'
import type { AppEnv } from '../context.ts'
import type { WriteLog } from '../log.ts'
import { refuse } from '../respond.ts'

/** The part of the application's dependencies that is used here. */
export interface RequireConfigDependencies {
  readonly loadSettings: (env: Env) => Settings
  readonly writeLog: WriteLog
}

/**
 * Sets `config`; without one that is of any use, refuses with `worker_misconfigured`. Logs every error
 * once per isolate.
 */
export function requireConfig({
  loadSettings,
  writeLog,
}: RequireConfigDependencies): MiddlewareHandler<AppEnv> {
  let logged: Settings | undefined
  return async function setConfig(c, next) {
    const settings = loadSettings(c.env)
    if (logged !== settings) {
      const errors = settings.ok ? settings.value.errors : settings.error
      for (const error of errors) writeLog({ event: 'config_error', ...error })
      logged = settings
    }
    if (settings.ok) {
      c.set('config', settings.value)
      return next()
    }
    const detail = "the worker's configuration has errors; the worker's log lists them"
    return refuse(c, { code: 'worker_misconfigured', detail })
  }
}
