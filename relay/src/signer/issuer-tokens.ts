/**
 * ServiceAccount tokens of all issuers that name no Secret. What a tenant can multiply is limited: tokens that are
 * held, and TokenRequests at the same time.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import type { Issuer } from '../api/issuer.ts'
import type { NamespacedRef } from '../kube/object-ref.ts'
import type { PodIdentity, TokenRequester } from '../kube/ports.ts'
import type { Clock } from '../queue/clock.ts'
import { FairLanes, type Started } from '../queue/fair-lanes.ts'
import type { IssuerReader } from '../watch/issuer-reader.ts'
import type { ConnectError } from './connect-error.ts'
import { ConnectionPool, type PoolLimits } from './connection-pool.ts'
import { type HeldToken, readHeldToken } from './held-token.ts'
import type { TokenCredentialRef } from './issuer-credential.ts'
import {
  identityUnknown,
  notAServiceAccount,
  tokenNotGranted,
  tokenUnusable,
} from './service-account-error.ts'
import { TokenCredentials } from './token-credentials.ts'
import { readBaseUrl } from './worker-connection.ts'

/** Options of {@link IssuerTokens}. */
export interface IssuerTokensOptions {
  readonly kube: Pick<TokenRequester, 'requestToken' | 'whoAmI'>
  /** Reads the whole URL, which is not kept in memory. */
  readonly issuers: Pick<IssuerReader, 'readDetails'>
  /** Sends the API server's keys to the issuer's worker. @returns Whether the worker has them. */
  readonly pushKeys: (issuer: Issuer, signal: AbortSignal) => Promise<boolean>
  readonly clock: Clock
}

/** Issuers with a key and a token. Beyond it the one that was used least recently gets another when it is used. */
const POOL_LIMITS: PoolLimits = { total: 1_024, perGroup: 64 }
/** TokenRequests at the same time. */
const MAX_REQUESTS = 8
/** For the Issuers of one namespace, or for all ClusterIssuers. */
const MAX_REQUESTS_PER_NAMESPACE = 2

/** The relay's own ServiceAccount, and its Pod if it runs in one. */
interface OwnIdentity {
  readonly serviceAccount: NamespacedRef
  readonly pod?: PodIdentity
}

interface Entry {
  /** The issuer's fields that the credentials depend on, as one text to compare. */
  readonly source: string
  readonly credentials: TokenCredentials
}

/** Credentials of issuers with `serviceAccountRef`. */
export class IssuerTokens {
  readonly #options: IssuerTokensOptions
  /** By uid of the issuer. */
  readonly #entries = new ConnectionPool<Entry>(POOL_LIMITS, ({ credentials }) => {
    credentials.close()
  })
  readonly #waiting = new FairLanes<() => Promise<void>>()
  /** Does not change while the process runs. */
  #own: OwnIdentity | undefined

  constructor(options: IssuerTokensOptions) {
    this.#options = options
  }

  /** @returns The issuer's credentials, with a token that can be used now. */
  async ready(
    issuer: Issuer,
    ref: TokenCredentialRef,
    signal: AbortSignal,
  ): Promise<Result<TokenCredentials, ConnectError>> {
    const credentials = await this.#credentialsOf(issuer, ref, signal)
    if (!credentials.ok) return credentials
    const isReady = await credentials.value.ready(signal)
    return isReady.ok ? credentials : isReady
  }

  /** Forgets the key and the token of an issuer that is gone. */
  forget(issuer: Issuer): void {
    this.#entries.delete(issuer.metadata.uid)
  }

  /** Ends all renewals. */
  close(): void {
    for (const { credentials } of this.#entries.values()) credentials.close()
    this.#entries.clear()
  }

  async #credentialsOf(
    issuer: Issuer,
    ref: TokenCredentialRef,
    signal: AbortSignal,
  ): Promise<Result<TokenCredentials, ConnectError>> {
    const { uid, namespace } = issuer.metadata
    const source = sourceOf(issuer, ref)
    const find = (): TokenCredentials | undefined => {
      const entry = this.#entries.get(uid)
      return entry?.source === source ? entry.credentials : undefined
    }
    const known = find()
    if (known !== undefined) return ok(known)
    const url = await this.#readUrl(issuer, signal)
    if (!url.ok) return url
    const meanwhile = find()
    if (meanwhile !== undefined) return ok(meanwhile)
    const credentials = new TokenCredentials({
      client: ref.client,
      url: url.value,
      request: async (audience, requestSignal) =>
        this.#inTurn(issuer, async () => this.#request(ref, audience, requestSignal)),
      pushKeys: async (pushSignal) => this.#options.pushKeys(issuer, pushSignal),
      clock: this.#options.clock,
    })
    this.#entries.set(uid, { group: namespace, weight: 1, value: { source, credentials } })
    return ok(credentials)
  }

  async #readUrl(issuer: Issuer, signal: AbortSignal): Promise<Result<string, ConnectError>> {
    const details = await this.#options.issuers.readDetails(issuer, signal)
    if (!details.ok) {
      return err({ kind: 'api', message: `could not read the issuer: ${details.error.message}` })
    }
    const url = readBaseUrl(details.value.spec.url)
    return url.ok ? url : err({ kind: 'spec', message: `spec.url: ${url.error}` })
  }

  async #inTurn<T>(issuer: Issuer, work: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    this.#waiting.push(
      async () => work().then(resolve, reject),
      [
        { id: 'all', limit: MAX_REQUESTS },
        { id: issuer.metadata.namespace, limit: MAX_REQUESTS_PER_NAMESPACE },
      ],
    )
    this.#startAll()
    return promise
  }

  #startAll(): void {
    for (let next = this.#waiting.next(); next !== undefined; next = this.#waiting.next()) {
      void this.#start(next)
    }
  }

  async #start({ key: work, release }: Started<() => Promise<void>>): Promise<void> {
    await work()
    release()
    this.#startAll()
  }

  async #request(
    ref: TokenCredentialRef,
    audience: string,
    signal: AbortSignal,
  ): Promise<Result<HeldToken, ConnectError>> {
    const { kube, clock } = this.#options
    const own = await this.#ownIdentity(signal)
    const relay = own.ok ? ok(own.value.serviceAccount) : own
    // With a name, the relay may be a user of a kubeconfig.
    const named = ref.serviceAccount === undefined ? relay : ok(ref.serviceAccount)
    if (!named.ok) return named
    const serviceAccount = named.value
    const pod =
      own.ok && isSame(own.value.serviceAccount, serviceAccount) ? own.value.pod : undefined
    const requestedAtMs = clock.uptimeMs()
    const token = await kube.requestToken({ serviceAccount, audience, pod }, signal)
    if (!token.ok) {
      const isRefused = token.error.kind === 'forbidden' || token.error.kind === 'not-found'
      const grantee = relay.ok ? relay.value : undefined
      const message = tokenNotGranted(serviceAccount, token.error, grantee)
      return err({ kind: isRefused ? 'credentials' : 'api', message })
    }
    const held = readHeldToken(token.value, requestedAtMs)
    return held.ok ? held : err({ kind: 'api', message: tokenUnusable(serviceAccount, held.error) })
  }

  async #ownIdentity(signal: AbortSignal): Promise<Result<OwnIdentity, ConnectError>> {
    if (this.#own !== undefined) return ok(this.#own)
    const caller = await this.#options.kube.whoAmI(signal)
    if (!caller.ok) return err({ kind: 'api', message: identityUnknown(caller.error) })
    const { username, extra } = caller.value
    const [, namespace, name] = SERVICE_ACCOUNT_USER.exec(username) ?? []
    if (namespace === undefined || name === undefined) {
      return err({ kind: 'spec', message: notAServiceAccount(username) })
    }
    const [podName] = extra[POD_NAME] ?? []
    const [podUid] = extra[POD_UID] ?? []
    const isPod = podName !== undefined && podUid !== undefined
    this.#own = {
      serviceAccount: { namespace, name },
      ...(isPod ? { pod: { name: podName, uid: podUid } } : {}),
    }
    return ok(this.#own)
  }
}

/** How the API server names ServiceAccounts, and the Pod that their token is bound to (k8s.io/apiserver serviceaccount). */
const SERVICE_ACCOUNT_USER = /^system:serviceaccount:([^:]+):([^:]+)$/
const POD_NAME = 'authentication.kubernetes.io/pod-name'
const POD_UID = 'authentication.kubernetes.io/pod-uid'

const isSame = (a: NamespacedRef, b: NamespacedRef): boolean =>
  a.namespace === b.namespace && a.name === b.name

const sourceOf = (
  { spec: { url } }: Issuer,
  { client, serviceAccount }: TokenCredentialRef,
): string => JSON.stringify([url, client, serviceAccount?.namespace, serviceAccount?.name])
