/**
 * Clients for issuers. A Secret is read each time, so a rotated key is used at once; a connection is kept as long
 * as nothing changed.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { equalBytes } from '@edge-issuer/shared/x509'
import type { Issuer, IssuerSpec } from '../api/issuer.ts'
import { objectKey } from '../kube/object-ref.ts'
import type { Kube, TokenRequester } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import type { Destinations } from '../net/destinations.ts'
import type { Clock } from '../queue/clock.ts'
import type { IssuerReader } from '../watch/issuer-reader.ts'
import type { SecretRead, SecretWatches } from '../watch/secret-watches.ts'
import { readCaBundle } from './ca-bundle.ts'
import { createSignerClientAs, type SignerClient } from './client.ts'
import { concealErrors } from './concealed-client.ts'
import type { ConnectError } from './connect-error.ts'
import { ConnectionPool, type PoolLimits } from './connection-pool.ts'
import { readClientKey } from './credentials.ts'
import { type IssuerCredential, issuerCredential } from './issuer-credential.ts'
import { IssuerTokens } from './issuer-tokens.ts'
import { Lookups } from './lookups.ts'
import {
  PRIVATE_KEY_ENTRY,
  secretKeyUnusable,
  secretUnreadable,
  secretWithoutKey,
} from './secret-error.ts'
import { TokenCredentials } from './token-credentials.ts'
import { type KeyReceiver, TokenKeyPush } from './token-key-push.ts'
import type { Credentials, WorkerTarget } from './worker-connection.ts'

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
  readonly kube: Pick<Kube, keyof TokenRequester | 'readTokenKeys'>
  /** Where a ClusterIssuer's Secret or ServiceAccount is. */
  readonly clusterResourceNamespace: string
  /** Where the workers of Issuers may be. Those of ClusterIssuers, which only admins create, may be anywhere. */
  readonly issuerDestinations: Destinations
  readonly onAnswer?: WorkerTarget['onAnswer']
  readonly clock: Clock
  readonly log: Log
}

interface Source extends Pick<IssuerSpec, 'caBundleHash' | 'url'> {
  /** The entry of the Secret, or credentials that need none. */
  readonly proof: Uint8Array | TokenCredentials
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

/** What a new connection is made from. */
interface Opening {
  readonly issuer: Issuer
  readonly source: Source
  readonly credentials: Credentials
}

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

  readonly #tokens: IssuerTokens
  readonly #keyPush: TokenKeyPush

  constructor(options: ConnectionsOptions) {
    this.#options = options
    this.#keyPush = new TokenKeyPush(options)
    this.#tokens = new IssuerTokens({
      ...options,
      pushKeys: async (issuer, signal) => this.#pushKeysOf(issuer, signal),
    })
    this.#lookups = new Lookups({ uptimeMs: () => options.clock.uptimeMs() })
  }

  /** How many are kept. */
  get size(): number {
    return this.#connections.size
  }

  /**
   * @param freshness - Of the Secret: as it is now, or as the watch last reported it.
   * @returns A client for `issuer` with credentials that can be used now.
   */
  async connect(
    issuer: Issuer,
    freshness: 'live' | 'watched',
    signal: AbortSignal,
  ): Promise<Result<SignerClient, ConnectError>> {
    const { url, caBundleHash } = issuer.spec
    const credential = issuerCredential(issuer, this.#options.clusterResourceNamespace)
    const proof =
      credential.kind === 'token'
        ? await this.#tokens.ready(issuer, credential, signal)
        : await this.#readPrivateKey(issuer, { ref: credential.secret, freshness }, signal)
    if (!proof.ok) return proof
    const source = { url, caBundleHash, proof: proof.value }
    const known = this.#connections.get(issuer.metadata.uid)
    if (known !== undefined && isSame(known.source, source)) return ok(known.client)
    const credentials = toCredentials(source.proof, credential)
    return credentials.ok
      ? this.#open({ issuer, source, credentials: credentials.value }, signal)
      : credentials
  }

  /** Lets go of the connection of an issuer that is gone. */
  forget(issuer: Issuer): void {
    this.#connections.delete(issuer.metadata.uid)
    this.#tokens.forget(issuer)
  }

  /** Sends changed keys of the API server to the workers of issuers without a Secret. */
  async pushTokenKeys(signal: AbortSignal): Promise<void> {
    await this.#keyPush.pushAll(this.#connections.values().flatMap(keyReceiver), signal)
  }

  async #pushKeysOf(issuer: Issuer, signal: AbortSignal): Promise<boolean> {
    const connection = this.#connections.get(issuer.metadata.uid)
    const [receiver] = connection === undefined ? [] : keyReceiver(connection)
    return receiver !== undefined && this.#keyPush.push(receiver, signal)
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    this.#tokens.close()
    await Promise.all(this.#connections.values().map(async ({ client }) => client.close()))
    this.#connections.clear()
  }

  async #open(
    { issuer, source, credentials }: Opening,
    signal: AbortSignal,
  ): Promise<Result<SignerClient, ConnectError>> {
    const worker = await this.#readWorker(issuer, signal)
    if (!worker.ok) return worker
    const client = this.#create(issuer, credentials, worker.value)
    if (!client.ok) return err({ kind: 'spec', message: `spec.url: ${client.error}` })
    this.#connections.set(issuer.metadata.uid, {
      group: issuer.metadata.namespace,
      weight: CONNECTION_BYTES + BUNDLE_FACTOR * (worker.value.caBundlePem?.length ?? 0),
      value: { source, client: client.value },
    })
    return client
  }

  #create(issuer: Issuer, credentials: Credentials, worker: Worker): Result<SignerClient, string> {
    const { issuerDestinations, onAnswer, clock, log } = this.#options
    const { kind, metadata } = issuer
    const options = { ...worker, lookup: this.#lookups.lookupFor(issuer), onAnswer }
    if (kind === 'ClusterIssuer') return createSignerClientAs(credentials, options)
    const client = createSignerClientAs(credentials, {
      ...options,
      destinations: issuerDestinations,
    })
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
    { ref: secret, freshness }: Pick<SecretRead, 'freshness' | 'ref'>,
    signal: AbortSignal,
  ): Promise<Result<Uint8Array, ConnectError>> {
    const user = issuer.metadata.uid
    const read = await this.#options.secrets.read({ user, ref: secret, freshness }, signal)
    if (!read.ok) {
      const message = secretUnreadable(secret, read.error)
      const isPassing = read.error.kind === 'unavailable' || read.error.kind === 'throttled'
      return isPassing ? err({ kind: 'api', message }) : secretError(message)
    }
    const entry = read.value.data[PRIVATE_KEY_ENTRY]
    return entry === undefined ? secretError(secretWithoutKey(secret)) : ok(entry)
  }
}

const secretError = (message: string): Result<never, ConnectError> =>
  err({ kind: 'credentials', message })

const isSame = (a: Source, b: Source): boolean =>
  a.url === b.url && a.caBundleHash === b.caBundleHash && isSameProof(a.proof, b.proof)

const isSameProof = (a: Source['proof'], b: Source['proof']): boolean =>
  a instanceof Uint8Array && b instanceof Uint8Array ? equalBytes(a, b) : a === b

function toCredentials(
  proof: Source['proof'],
  credential: IssuerCredential,
): Result<Credentials, ConnectError> {
  if (proof instanceof TokenCredentials) return ok(proof)
  const key = readClientKey(new TextDecoder().decode(proof))
  if (key.ok) return ok({ key: key.value })
  return secretError(
    credential.kind === 'secret' ? secretKeyUnusable(credential.secret, key.error) : key.error,
  )
}

/** @returns Nothing for an issuer with a Secret. */
const keyReceiver = ({ source: { proof }, client }: Connection): readonly KeyReceiver[] =>
  proof instanceof TokenCredentials
    ? [{ worker: proof.url, client: proof.client, connection: client }]
    : []
