/**
 * The worker as the relay sees it: sign, and health.
 *
 * @module
 */
import {
  certificatesPath,
  clientJwksPath,
  type HealthAnswer,
  healthAnswerSchema,
  issuerPath,
  type JwksPushAnswer,
  jwksPushAnswerSchema,
  MAX_ANSWER_BODY_BYTES,
  ok,
  type Result,
  type SignAnswer,
  signAnswerSchema,
  type SignRequest,
} from '@edge-issuer/shared'
import type { SignerError } from '../api/signer-error.ts'
import type { ReadResponse } from './response.ts'
import {
  type Credentials,
  openWorker,
  openWorkerAs,
  type WorkerConnection,
  type WorkerOptions,
  type WorkerTarget,
} from './worker-connection.ts'

/** An answer that the worker logged. */
export interface Logged {
  /** The id in its log. */
  readonly requestId?: string
}

/** The keys that verify a cluster's ServiceAccount tokens. */
export interface TokenKeys {
  /** JSON Web Keys (RFC 7517 §4). */
  readonly keys: readonly object[]
  /** Differs between sets: the same set is sent under the same key. */
  readonly digest: string
}

/** One worker, one identity. Safe for many calls at once. */
export interface SignerClient {
  readonly keyId: string
  /** Asks for a certificate; the same uid gets the same certificate, so it may be asked again. */
  sign(
    issuer: string,
    request: SignRequest,
    signal: AbortSignal,
  ): Promise<Result<SignAnswer & Logged, SignerError>>
  /** Asks how an issuer is, with the same credentials. */
  health(issuer: string, signal: AbortSignal): Promise<Result<HealthAnswer & Logged, SignerError>>
  /** Replaces the keys by which the worker verifies the tokens of `client`. */
  pushTokenKeys(
    client: string,
    keys: TokenKeys,
    signal: AbortSignal,
  ): Promise<Result<JwksPushAnswer, SignerError>>
  /** Ends connections as soon as the calls under way have ended; later calls fail. */
  retire(): void
  /** Ends open connections; calls under way fail. */
  close(): Promise<void>
}

/** @returns What is wrong with the options, naming the option; the key is never quoted. */
export function createSignerClient(options: WorkerOptions): Result<SignerClient, string> {
  const opened = openWorker(options, MAX_ANSWER_BODY_BYTES)
  return opened.ok ? ok(signerClient(opened.value)) : opened
}

/** As {@link createSignerClient}, with credentials that may change. */
export function createSignerClientAs(
  credentials: Credentials,
  target: WorkerTarget,
): Result<SignerClient, string> {
  const opened = openWorkerAs(credentials, target, MAX_ANSWER_BODY_BYTES)
  return opened.ok ? ok(signerClient(opened.value)) : opened
}

function signerClient(worker: WorkerConnection): SignerClient {
  return {
    keyId: worker.keyId,
    sign: async (issuer, request, signal) => {
      const postRequest = {
        path: certificatesPath(issuer),
        body: JSON.stringify(request),
        olderBody: () => olderBody(request),
        idempotencyKey: request.origin.uid,
      }
      return merged(await worker.post(postRequest, signAnswerSchema, signal))
    },
    health: async (issuer, signal) =>
      merged(await worker.get(issuerPath(issuer), healthAnswerSchema, signal)),
    pushTokenKeys: async (client, { keys, digest }, signal) => {
      const pushed = await worker.post(
        {
          path: clientJwksPath(client),
          body: JSON.stringify({ keys }),
          idempotencyKey: digest,
          keepsToken: true,
        },
        jwksPushAnswerSchema,
        signal,
      )
      return pushed.ok ? ok(pushed.value.value) : pushed
    },
    retire: () => worker.retire(),
    close: async () => worker.close(),
  }
}

/** The request as protocol 1.2 has it. */
function olderBody({ origin, ...request }: SignRequest): string | undefined {
  const { createdAt, ...rest } = origin
  return createdAt === undefined ? undefined : JSON.stringify({ ...request, origin: rest })
}

const merged = <T extends object>(
  answer: Result<ReadResponse<T>, SignerError>,
): Result<T & Logged, SignerError> => {
  if (!answer.ok) return answer
  const { value, ...logged } = answer.value
  return ok({ ...value, ...logged })
}
