/**
 * Registers the clients of a local worker in its directory, as an admin does.
 *
 * @module
 */
import { once } from 'node:events'
import { IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { text as readText } from 'node:stream/consumers'
import { adminClientPath, clientRecordSchema } from '@edge-issuer/shared'
import * as z from 'zod'
import { type KeyPair, toPem } from '../pki/x509.ts'
import { keyIdOf, type SignedRequest, signedGet, signedPut, type Signer } from './signed-request.ts'

/** Name of the admin who registers clients. */
const ADMIN = 'testbed'

const configSchema = z.looseObject({
  publicUrl: z.string(),
  admins: z.record(z.string(), z.unknown()).default({}),
  clients: z.record(z.string(), z.unknown()).optional(),
})

/** A configuration without clients, and the clients. */
export interface SplitConfig {
  /** Text of `signer.config.json`, with an admin who may register clients. */
  readonly text: string
  readonly publicUrl: string
  /** Entries by name, as `clients apply` reads them. */
  readonly clients: Readonly<Record<string, unknown>>
}

/** Takes the clients out of a configuration. @returns `undefined` for a text that is none, or has no clients. */
export function splitConfig(text: string, admin: KeyPair): SplitConfig | undefined {
  const parsed = configSchema.safeParse(parseOrUndefined(text))
  if (parsed.data?.clients === undefined) return undefined
  const { clients, admins, ...config } = parsed.data
  const entry = { role: 'admin', keys: [{ publicKey: toPem('PUBLIC KEY', admin.spki) }] }
  return {
    text: JSON.stringify({ ...config, admins: { ...admins, [ADMIN]: entry } }),
    publicUrl: config.publicUrl,
    clients,
  }
}

function parseOrUndefined(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/**
 * Registers every client, or replaces its entry. A worker whose configuration is of no use has none.
 *
 * @param url - Where the worker listens.
 * @throws Error with the worker's answer when it refuses one.
 */
export async function enrolClients(
  url: string,
  admin: KeyPair,
  { clients, publicUrl }: SplitConfig,
): Promise<void> {
  const base = publicUrl.replace(/\/$/, '')
  const exchange = senderTo(url + new URL(base).pathname.replace(/\/$/, ''))
  const signer: Signer = { key: admin, keyId: keyIdOf(admin), publicUrl: base }
  for (const [name, entry] of Object.entries(clients)) {
    const path = adminClientPath(name)
    const known = await exchange(signedGet(signer, path))
    if (known.body.includes('"worker_misconfigured"')) return
    const put = { path, body: { entry }, ...versionIn(known) }
    const { status, body } = await exchange(signedPut(signer, put))
    if (status !== 200 && status !== 201) {
      throw new Error(`the worker refused client "${name}": ${String(status)} ${body}`)
    }
  }
}

interface Answer {
  readonly status: number
  readonly body: string
}

const versionIn = ({ status, body }: Answer): { readonly version?: number } =>
  status === 200 ? { version: clientRecordSchema.parse(JSON.parse(body)).version } : {}

/** @param base - Where the worker listens, with the path prefix of its public URL. */
function senderTo(base: string): (request: SignedRequest) => Promise<Answer> {
  const request = base.startsWith('https:') ? requestHttps : requestHttp
  return async ({ method, path, headers, body }) => {
    // The worker is on this machine, and gets no secret.
    const options = { method, headers, agent: false, rejectUnauthorized: false }
    const sent = request(base + path, options).end(body)
    const [response] = z.tuple([z.instanceof(IncomingMessage)]).parse(await once(sent, 'response'))
    return { status: response.statusCode ?? 0, body: await readText(response) }
  }
}
