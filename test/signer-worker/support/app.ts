/**
 * The worker's application with its real settings and its real ledger; a test replaces what it is
 * about.
 * @module
 */
import { env } from 'cloudflare:workers'
import * as z from 'zod'
import { loadSettings } from '../../../signer-worker/src/config/settings.ts'
import {
  type OpenClientSource,
  openClientSource,
} from '../../../signer-worker/src/directory/client.ts'
import type { StoredClient } from '../../../signer-worker/src/directory/messages.ts'
import { type AppDependencies, createApp } from '../../../signer-worker/src/http/app.ts'
import type { LogEntry } from '../../../signer-worker/src/http/log.ts'
import { openLedger } from '../../../signer-worker/src/ledger/client.ts'
import { CLIENT_NAMES, fixture } from './fixture.ts'

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

const entries = z.record(z.string(), z.unknown()).parse(JSON.parse(fixture.TEST_CLIENTS))
const stored = Object.entries(entries).map(([name, entry]): StoredClient => ({
  name,
  version: 1,
  disabled: false,
  quarantined: false,
  createdAtMs: 0,
  updatedAtMs: 0,
  entry: JSON.stringify(entry),
}))

/** The clients of the fixture, and those that a test has put into the directory. */
const openFixture: OpenClientSource = (bindings) => {
  const directory = openClientSource(bindings)
  return {
    findClient: async (name) =>
      stored.find((client) => client.name === name) ?? directory.findClient(name),
    findClientByKey: async (keyId) =>
      stored.find(({ name }) => CLIENT_NAMES.get(keyId) === name) ??
      directory.findClientByKey(keyId),
  }
}

/** Builds an application; what it gives sends one request. */
export function anApp(replacements: Replacements = {}): (request: Request) => Promise<Exchange> {
  const { bindings, ...dependencies } = replacements
  const log: LogEntry[] = []
  const app = createApp({
    loadSettings,
    openLedger,
    openClientSource: openFixture,
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
