/**
 * Clients for issuers. The Secret is read each time, so a rotated key is used at once; a connection is kept as long
 * as nothing changed.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { equalBytes } from '@edge-issuer/shared/x509'
import type { Issuer, IssuerSpec } from '../api/issuer.ts'
import { objectKey } from '../kube/object-ref.ts'
import type { Log } from '../log.ts'
import type { Destinations } from '../net/destinations.ts'
import type { Clock } from '../queue/clock.ts'
import type { IssuerReader } from '../watch/issuer-reader.ts'
import type { SecretRef, SecretWatches } from '../watch/secret-watches.ts'
import { readCaBundle } from './ca-bundle.ts'
import { createSignerClient, type SignerClient } from './client.ts'
import { concealErrors } from './concealed-client.ts'
import { ConnectionPool, type PoolLimits } from './connection-pool.ts'
import { readClientKey } from './credentials.ts'
import { Lookups } from './lookups.ts'
import {
  PRIVATE_KEY_ENTRY,
  secretKeyUnusable,
  secretUnreadable,
  secretWithoutKey,
} from './secret-error.ts'
import type { WorkerOptions } from './worker-connection.ts'

/** `spec` needs an edit of the issuer, `secret` one of the Secret or its RBAC; `api` recovers by itself. */
export interface ConnectError {
  readonly kind: 'spec' | 'secret' | 'api'
  readonly message: string
}

interface Connection {
  /** What it was made from: as long as it is the same, nothing is read and checked again. */
  readonly source: Source
  readonly client: SignerClient
}

/** Options of {@link Connections}. */
export interface ConnectionsOptions {
  readonly secrets: Pick<SecretWatches, 'read'>
  /** Reads the URL and the caBundle, which are not kept in memory. */
  readonly issuers: Pick<IssuerReader, 'readDetails'>
  /** Where a ClusterIssuer's Secret is. */
  readonly clusterResourceNamespace: string
  /** Where the workers of Issuers may be. Those of ClusterIssuers, which only admins create, may be anywhere. */
  readonly issuerDestinations: Destinations
  readonly onAnswer?: WorkerOptions['onAnswer']
  readonly clock: Clock
  readonly log: Log
}

interface Source extends Pick<IssuerSpec, 'caBundleHash' | 'url'> {
  /** The entry of the Secret. */
  readonly privateKey: Uint8Array
}

/** What a connection takes apart from its caBundle, in bytes: buffers, and TLS in OpenSSL. */
const CONNECTION_BYTES = 32_768
/**
 * In bytes; a caBundle counts several times, since OpenSSL parses it for each TLS connection. So at most 256
 * connections are kept and 64 of a namespace (all ClusterIssuers count as one), or 19 and 4 with the largest
 * bundles. An issuer without a connection gets one when it is used.
 */
const POOL_LIMITS: PoolLimits = { total: 8 * 1_048_576, perGroup: 2 * 1_048_576 }
const BUNDLE_FACTOR = 8

/** Where the worker is, and the roots of its TLS certificate in PEM. */
interface Worker {
  readonly url: string
  readonly caBundlePem: string | undefined
}

/**
 * At most one connection for each issuer: none uses that of another one, which may lead to where it must
 * not go.
 */
export class Connections {
  readonly #options: ConnectionsOptions
  readonly #lookups: Lookups
  /** By uid of the issuer; replaced when what it was made from changes. */
  readonly #connections = new ConnectionPool<Connection>(POOL_LIMITS, ({ client }) => {
    client.retire()
  })

  constructor(options: ConnectionsOptions) {
    this.#options = options
    this.#lookups = new Lookups({ uptimeMs: () => options.clock.uptimeMs() })
  }

  /** How many are kept. */
  get size(): number {
    return this.#connections.size
  }

  /** @returns A client for `issuer` with the key that its Secret holds now, or as the watch last reported it. */
  async connect(
    issuer: Issuer,
    freshness: 'live' | 'watched',
    signal: AbortSignal,
  ): Promise<Result<SignerClient, ConnectError>> {
    const { url, caBundleHash } = issuer.spec
    const privateKey = await this.#readPrivateKey(issuer, freshness, signal)
    if (!privateKey.ok) return privateKey
    const source = { url, caBundleHash, privateKey: privateKey.value }
    const known = this.#connections.get(issuer.metadata.uid)
    if (known !== undefined && isSame(known.source, source)) return ok(known.client)
    return this.#open(issuer, source, signal)
  }

  /** Lets go of the connection of an issuer that is gone. */
  forget(issuer: Issuer): void {
    this.#connections.delete(issuer.metadata.uid)
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    await Promise.all(this.#connections.values().map(async ({ client }) => client.close()))
    this.#connections.clear()
  }

  async #open(
    issuer: Issuer,
    source: Source,
    signal: AbortSignal,
  ): Promise<Result<SignerClient, ConnectError>> {
    const secret = secretRefOf(issuer, this.#options.clusterResourceNamespace)
    const privateKeyPem = checkPrivateKey(source.privateKey, secret)
    if (!privateKeyPem.ok) return privateKeyPem
    const worker = await this.#readWorker(issuer, signal)
    if (!worker.ok) return worker
    const client = this.#create(issuer, { ...worker.value, privateKeyPem: privateKeyPem.value })
    if (!client.ok) return err({ kind: 'spec', message: `spec.url: ${client.error}` })
    this.#connections.set(issuer.metadata.uid, {
      group: issuer.metadata.namespace,
      weight: CONNECTION_BYTES + BUNDLE_FACTOR * (worker.value.caBundlePem?.length ?? 0),
      value: { source, client: client.value },
    })
    return client
  }

  #create(issuer: Issuer, worker: WorkerOptions): Result<SignerClient, string> {
    const { issuerDestinations, onAnswer, clock, log } = this.#options
    const { kind, metadata } = issuer
    const options = { ...worker, lookup: this.#lookups.lookupFor(issuer), onAnswer }
    if (kind === 'ClusterIssuer') return createSignerClient(options)
    const client = createSignerClient({ ...options, destinations: issuerDestinations })
    if (!client.ok) return client
    const issuerLog = log.child({ issuer: `${kind} ${objectKey(metadata)}`, url: worker.url })
    return ok(concealErrors(client.value, { clock, log: issuerLog }))
  }

  async #readWorker(issuer: Issuer, signal: AbortSignal): Promise<Result<Worker, ConnectError>> {
    const details = await this.#options.issuers.readDetails(issuer, signal)
    if (!details.ok) {
      return err({ kind: 'api', message: `could not read the issuer: ${details.error.message}` })
    }
    const { url, caBundle } = details.value.spec
    if (caBundle === undefined) return ok({ url, caBundlePem: undefined })
    const bundle = readCaBundle(caBundle)
    if (!bundle.ok) return err({ kind: 'spec', message: bundle.error })
    return ok({ url, caBundlePem: bundle.value })
  }

  async #readPrivateKey(
    issuer: Issuer,
    freshness: 'live' | 'watched',
    signal: AbortSignal,
  ): Promise<Result<Uint8Array, ConnectError>> {
    const { secrets, clusterResourceNamespace } = this.#options
    const secret = secretRefOf(issuer, clusterResourceNamespace)
    const user = issuer.metadata.uid
    const read = await secrets.read({ user, ref: secret, freshness }, signal)
    if (!read.ok) {
      const message = secretUnreadable(secret, read.error)
      const isPassing = read.error.kind === 'unavailable' || read.error.kind === 'throttled'
      return isPassing ? err({ kind: 'api', message }) : secretError(message)
    }
    const entry = read.value.data[PRIVATE_KEY_ENTRY]
    return entry === undefined ? secretError(secretWithoutKey(secret)) : ok(entry)
  }
}

/** A ClusterIssuer's Secret is in one namespace; an issuer can never name another than its own. */
export const secretRefOf = (
  { kind, metadata, spec }: Issuer,
  clusterResourceNamespace: string,
): SecretRef => ({
  namespace: kind === 'Issuer' ? metadata.namespace : clusterResourceNamespace,
  name: spec.authSecretName,
})

const secretError = (message: string): Result<never, ConnectError> =>
  err({ kind: 'secret', message })

const isSame = (a: Source, b: Source): boolean =>
  a.url === b.url && a.caBundleHash === b.caBundleHash && equalBytes(a.privateKey, b.privateKey)

function checkPrivateKey(entry: Uint8Array, secret: SecretRef): Result<string, ConnectError> {
  const pem = new TextDecoder().decode(entry)
  const key = readClientKey(pem)
  return key.ok ? ok(pem) : secretError(secretKeyUnusable(secret, key.error))
}
