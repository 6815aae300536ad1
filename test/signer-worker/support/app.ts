/**
 * The worker's application with its real settings and its real ledger; a test replaces what it is
 * about.
 * @module
 */
import { env } from 'cloudflare:workers'
import { loadSettings } from '../../../signer-worker/src/config/settings.ts'
import {
  openClientSource,
  openDiscoverySource,
} from '../../../signer-worker/src/directory/client.ts'
import { type AppDependencies, createApp } from '../../../signer-worker/src/http/app.ts'
import type { LogEntry } from '../../../signer-worker/src/http/log.ts'
import { openLedger } from '../../../signer-worker/src/ledger/client.ts'

/** What came back, and what was logged. */
export interface Exchange {
  readonly status: number
  readonly headers: Headers
  /** JSON, or the text of another type; `undefined` for a response without a body. */
  readonly body: unknown
  /** Lines since the request before. */
  readonly log: readonly LogEntry[]
}

/** Other parts for the application, other bindings. */
export interface Replacements extends Partial<AppDependencies> {
  readonly bindings?: Readonly<Record<string, unknown>>
}

/** Builds an application; what it gives sends one request. */
export function anApp(replacements: Replacements = {}): (request: Request) => Promise<Exchange> {
  const { bindings, ...dependencies } = replacements
  const log: LogEntry[] = []
  const app = createApp({
    loadSettings,
    openLedger,
    openClientSource,
    openDiscoverySource,
    writeLog: (entry) => log.push(entry),
    nowMs: Date.now,
    ...dependencies,
  })
  return async (request) => {
    const response = await app.fetch(request, { ...env, ...bindings })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: readBody(text, response.headers.get('content-type') ?? ''),
      log: log.splice(0),
    }
  }
}

function readBody(text: string, type: string): unknown {
  if (text === '') return undefined
  return type.includes('json') ? JSON.parse(text) : text
}

/** Sends one request to an application of its own. */
export const send = async (request: Request, replacements?: Replacements): Promise<Exchange> =>
  anApp(replacements)(request)

/** The code of a refusal; `undefined` for an answer that is none. */
export const codeOf = ({ body }: Exchange): unknown =>
  typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined
