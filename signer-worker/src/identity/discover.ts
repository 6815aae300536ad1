/**
 * Discovers the keys of a public issuer (OpenID Connect Discovery 1.0, §4): its configuration, then the set that
 * this names. Every answer is limited in time and size, and no redirect is followed.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import * as z from 'zod/mini'
import { isDiscoveryUrl } from '../config/discovery-hosts.ts'
import { type Jwks, jwksSchema } from '../config/exports.ts'

/** Largest document, in bytes: ten keys of RSA 8192 and room for what is ignored. */
const MAX_DOCUMENT_BYTES = 32_768

/** What to discover. */
export interface DiscoveryTarget {
  /** URL of the issuer's configuration. */
  readonly url: string
  /** The `issuer` that the configuration must have. */
  readonly issuer: string
}

/** Dependencies of {@link discoverKeys}. */
export interface DiscoveryPorts {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Host names that the configuration adds. */
  readonly moreHosts: readonly string[]
  /** Ends everything: both documents together have one limit of time. */
  readonly signal: AbortSignal
}

const configurationSchema = z.object({ issuer: z.string(), jwks_uri: z.string() })

/** @returns A set that was checked; or why there is none, for the log. */
export async function discoverKeys(
  { url, issuer }: DiscoveryTarget,
  ports: DiscoveryPorts,
): Promise<Result<Jwks, string>> {
  const document = await fetchJson(url, ports)
  if (!document.ok) return document
  const configuration = configurationSchema.safeParse(document.value)
  if (!configuration.success) return err(`${url} is not an OpenID configuration`)
  const { issuer: found, jwks_uri: jwksUrl } = configuration.data
  if (found !== issuer) return err(`${url} is the configuration of another issuer`)
  const set = await fetchJson(jwksUrl, ports)
  if (!set.ok) return set
  const jwks = jwksSchema.safeParse(set.value)
  if (jwks.success) return ok(jwks.data)
  const [issue] = jwks.error.issues
  return err(`${jwksUrl}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not a JWK set'}`)
}

async function fetchJson(
  url: string,
  { fetch, moreHosts, signal }: DiscoveryPorts,
): Promise<Result<unknown, string>> {
  if (!isDiscoveryUrl(url, moreHosts)) {
    return err(
      `${JSON.stringify(url.slice(0, 256))} is not a URL of a host that keys may be discovered from`,
    )
  }
  try {
    const headers = { accept: 'application/json, application/jwk-set+json' }
    const response = await orTimedOut(fetch(url, { headers, redirect: 'manual', signal }), signal)
    if (response.status !== 200) {
      await response.body?.cancel()
      return err(`${url} responded with status ${String(response.status)}`)
    }
    const text = await orTimedOut(readText(response), signal)
    if (text === undefined) return err(`${url} exceeds ${String(MAX_DOCUMENT_BYTES)} bytes`)
    return parseJson(text, url)
  } catch (error) {
    return err(`${url} failed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** A body that never ends must end with the signal, too, whatever the runtime does about it. */
async function orTimedOut<T>(value: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => {
    reject(new Error('no response in time'))
  }
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  try {
    return await Promise.race([value, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** @returns `undefined` for a body over the limit, of which no more is read. */
async function readText({ body }: Response): Promise<string | undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let text = ''
  let length = 0
  if (body === null) return text
  for await (const chunk of readableBytes(body)) {
    length += chunk.length
    if (length > MAX_DOCUMENT_BYTES) return undefined
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

const readableBytes = (body: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> => body

function parseJson(text: string, url: string): Result<unknown, string> {
  try {
    return ok(JSON.parse(text))
  } catch {
    return err(`${url} is not JSON`)
  }
}
