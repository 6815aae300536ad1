/**
 * Keeps workers up to date with the keys that verify this cluster's ServiceAccount tokens, so that a rotation of the
 * API server's signing key needs no administrator.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { err, MAX_JWKS_KEYS, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import type { SignerError } from '../api/signer-error.ts'
import type { Kube } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../queue/clock.ts'
import type { SignerClient, TokenKeys } from './client.ts'

/** A client at a worker, and a connection that may speak for it. */
export interface KeyReceiver {
  /** The worker's URL. */
  readonly worker: string
  /** Name of the client. */
  readonly client: string
  readonly connection: Pick<SignerClient, 'pushTokenKeys'>
}

/** Options of {@link TokenKeyPush}. */
export interface TokenKeyPushOptions {
  readonly kube: Pick<Kube, 'readTokenKeys'>
  readonly clock: Clock
  readonly log: Log
}

/** A worker may refuse the keys, since it lets clients switch this off: it is asked again after this. */
const REFUSED_RETRY_MS = 600_000
/** Receivers that are remembered; one that was forgotten is sent the same keys again. */
const MAX_RECEIVERS = 2_048

/** The public members (RFC 7518 §6.2.1, §6.3.1, RFC 8037 §2); others are not sent. */
const keySetSchema = z.object({
  keys: z
    .array(
      z.object({
        kty: z.string(),
        kid: z.string().optional(),
        use: z.string().optional(),
        alg: z.string().optional(),
        n: z.string().optional(),
        e: z.string().optional(),
        crv: z.string().optional(),
        x: z.string().optional(),
        y: z.string().optional(),
      }),
    )
    .min(1)
    .max(MAX_JWKS_KEYS),
})

/** The last push to a receiver. */
interface Push {
  readonly digest: string
  readonly isAccepted: boolean
  readonly atMs: number
}

/** Sends each set of keys once to each client of each worker. */
export class TokenKeyPush {
  readonly #options: TokenKeyPushOptions
  /** By worker and client, the one that was sent keys most recently last. */
  readonly #pushes = new Map<string, Push>()
  readonly #running = new Map<string, Promise<boolean>>()
  #readProblem = ''

  constructor(options: TokenKeyPushOptions) {
    this.#options = options
  }

  /** Sends the keys to those that do not have them. */
  async pushAll(receivers: readonly KeyReceiver[], signal: AbortSignal): Promise<void> {
    if (receivers.length === 0) return
    const keys = await this.#readKeys(signal)
    if (keys === undefined) return
    await Promise.all(
      receivers
        .filter((receiver) => this.#isDue(receiver, keys))
        .map(async (receiver) => this.#sendOnce(receiver, keys, signal)),
    )
  }

  /** @returns Whether the receiver has the keys that the API server has now. */
  async push(receiver: KeyReceiver, signal: AbortSignal): Promise<boolean> {
    const keys = await this.#readKeys(signal)
    if (keys === undefined) return false
    if (this.#isDue(receiver, keys)) return this.#sendOnce(receiver, keys, signal)
    return this.#pushes.get(idOf(receiver))?.isAccepted === true
  }

  #isDue(receiver: KeyReceiver, { digest }: TokenKeys): boolean {
    const last = this.#pushes.get(idOf(receiver))
    if (last?.digest !== digest) return true
    return !last.isAccepted && this.#options.clock.uptimeMs() - last.atMs >= REFUSED_RETRY_MS
  }

  /** Several issuers may name one client of one worker. */
  async #sendOnce(receiver: KeyReceiver, keys: TokenKeys, signal: AbortSignal): Promise<boolean> {
    const id = idOf(receiver)
    const running = this.#running.get(id)
    if (running !== undefined) return running
    const sending = this.#send(receiver, keys, signal)
    this.#running.set(id, sending)
    try {
      return await sending
    } finally {
      this.#running.delete(id)
    }
  }

  async #send(receiver: KeyReceiver, keys: TokenKeys, signal: AbortSignal): Promise<boolean> {
    const { worker, client, connection } = receiver
    const answer = await connection.pushTokenKeys(client, keys, signal)
    const facts = { worker, client, keys: keys.keys.length }
    if (answer.ok) {
      const { isChanged } = answer.value
      this.#options.log.info({ ...facts, isChanged }, 'token keys sent to the worker')
    } else this.#options.log.warn({ ...facts, error: answer.error.message }, 'token keys not sent')
    if (answer.ok || isFinal(answer.error)) this.#remember(receiver, keys, answer.ok)
    return answer.ok
  }

  #remember(receiver: KeyReceiver, { digest }: TokenKeys, isAccepted: boolean): void {
    const id = idOf(receiver)
    this.#pushes.delete(id)
    this.#pushes.set(id, { digest, isAccepted, atMs: this.#options.clock.uptimeMs() })
    const [oldest] = this.#pushes.keys()
    if (this.#pushes.size > MAX_RECEIVERS && oldest !== undefined) this.#pushes.delete(oldest)
  }

  async #readKeys(signal: AbortSignal): Promise<TokenKeys | undefined> {
    const answer = await this.#options.kube.readTokenKeys(signal)
    const keys = answer.ok ? parseKeys(answer.value) : err(answer.error.message)
    if (keys.ok) {
      this.#readProblem = ''
      return keys.value
    }
    if (keys.error !== this.#readProblem) {
      this.#readProblem = keys.error
      this.#options.log.warn(
        { error: keys.error },
        'the keys of ServiceAccount tokens cannot be read, so no worker learns of new ones; the ClusterRole system:service-account-issuer-discovery permits it',
      )
    }
    return undefined
  }
}

const idOf = ({ worker, client }: KeyReceiver): string => `${client} ${worker}`

const isFinal = ({ class: kind }: SignerError): boolean => kind !== 'temporary'

function parseKeys(body: unknown): Result<TokenKeys, string> {
  const set = keySetSchema.safeParse(body)
  if (!set.success) {
    return err(`the answer is not a JSON Web Key Set with 1 to ${String(MAX_JWKS_KEYS)} keys`)
  }
  // The API server lists them in the order of its flags.
  const keys = set.data.keys.toSorted((a, b) => ((a.kid ?? '') < (b.kid ?? '') ? -1 : 1))
  const digest = createHash('sha256').update(JSON.stringify(keys)).digest('base64url')
  return ok({ keys, digest })
}
