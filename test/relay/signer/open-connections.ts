/**
 * Connections of issuers with all that they need: a Secret with a key, a clock and a log.
 *
 * @module
 */
import { generateKeyPairSync } from 'node:crypto'
import { err, ok, type Result } from '@edge-issuer/shared'
import { issuerDetailsSchema } from '../../../relay/src/api/issuer.ts'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import { createLog, type Log } from '../../../relay/src/log.ts'
import {
  parseAllowedDestination,
  restrictedDestinations,
} from '../../../relay/src/net/destinations.ts'
import { type Clock, systemClock } from '../../../relay/src/queue/clock.ts'
import { Connections, type ConnectionsOptions } from '../../../relay/src/signer/connections.ts'
import type { SecretRead, SecretWatches } from '../../../relay/src/watch/secret-watches.ts'
import { anIssuerObject } from '../../support/kube-objects.ts'

/** @returns A client's key in PEM. */
export const aKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()

/** Reads one Secret's entries, as text; keeps what was asked for. */
export interface SecretReader extends Pick<SecretWatches, 'read'> {
  readonly asked: readonly SecretRead[]
}

export function aSecretReader(
  read: () => Result<Readonly<Record<string, string>>, ApiError>,
): SecretReader {
  const asked: SecretRead[] = []
  return {
    asked,
    read: async (what) => {
      asked.push(what)
      const text = read()
      if (!text.ok) return Promise.resolve(text)
      const entries = Object.entries(text.value)
      const data = Object.fromEntries(entries.map(([k, v]) => [k, Buffer.from(v)]))
      return Promise.resolve(ok({ resourceVersion: '1', data }))
    },
  }
}

/** What a test may set; the rest is valid. */
export interface OpenOptions {
  readonly secrets?: SecretReader
  readonly clusterResourceNamespace?: string
  /** What differs from the spec of `anIssuer`, as the API server has it. */
  readonly spec?: () => object
  /** Uids of the issuers that were read. */
  readonly read?: string[]
  /** Instead of `spec` and `read`. */
  readonly readDetails?: ConnectionsOptions['issuers']['readDetails']
  /** Of tokens; forbidden when absent. */
  readonly kube?: ConnectionsOptions['kube']
  /** As `--issuer-url-allow`. */
  readonly allow?: readonly string[]
  readonly clock?: Clock
  readonly log?: Log
}

const FORBIDDEN: ApiError = { kind: 'forbidden', message: 'not in this test' }
const NO_TOKENS: ConnectionsOptions['kube'] = {
  requestToken: async () => Promise.resolve(err(FORBIDDEN)),
  whoAmI: async () => Promise.resolve(err(FORBIDDEN)),
  readTokenKeys: async () => Promise.resolve(err(FORBIDDEN)),
}

export function openConnections(options: OpenOptions = {}): Connections {
  const { allow = [], clusterResourceNamespace = 'edge-issuer', clock = systemClock } = options
  const { spec = () => ({}), read = [] } = options
  const key = aKey()
  return new Connections({
    secrets: options.secrets ?? aSecretReader(() => ok({ 'private-key.pem': key })),
    kube: options.kube ?? NO_TOKENS,
    clusterResourceNamespace,
    issuers: {
      readDetails:
        options.readDetails ??
        (async ({ metadata, spec: { url } }) => {
          read.push(metadata.uid)
          return Promise.resolve(
            ok(issuerDetailsSchema.parse(anIssuerObject({ spec: { url, ...spec() }, metadata }))),
          )
        }),
    },
    issuerDestinations: restrictedDestinations(
      allow.flatMap((text) => {
        const parsed = parseAllowedDestination(text)
        return parsed.ok ? [parsed.value] : []
      }),
    ),
    clock,
    log: options.log ?? memoryLog().log,
  })
}

/** A log whose lines can be read, each parsed. */
export function memoryLog(): { readonly log: Log; readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = []
  const sink = { write: (line: string) => lines.push(JSON.parse(line)) }
  return { log: createLog({ level: 'debug', format: 'json' }, sink), lines }
}

export type LogLine = Readonly<Record<string, unknown>>

/** A clock that does not move: a timer fires at once, and its delay is kept. */
export function frozenClock(): Clock & { readonly delaysMs: readonly number[] } {
  const delaysMs: number[] = []
  return {
    now: () => 0,
    uptimeMs: () => 0,
    delaysMs,
    setTimer: (fire, delayMs) => {
      delaysMs.push(delayMs)
      setImmediate(fire)
      return () => undefined
    },
  }
}
