/**
 * The worker as the relay sees it: sign, and health.
 *
 * @module
 */
import {
  certificatesPath,
  type HealthAnswer,
  healthAnswerSchema,
  issuerPath,
  MAX_ANSWER_BODY_BYTES,
  ok,
  type Result,
  type SignAnswer,
  signAnswerSchema,
  type SignRequest,
} from '@edge-issuer/shared'
import type { SignerError } from '../api/signer-error.ts'
import type { ReadResponse } from './response.ts'
import { openWorker, type WorkerOptions } from './worker-connection.ts'

/** An answer that the worker logged. */
export interface Logged {
  /** The id in its log. */
  readonly requestId?: string
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
  /** Ends connections as soon as the calls under way have ended; later calls fail. */
  retire(): void
  /** Ends open connections; calls under way fail. */
  close(): Promise<void>
}

/** @returns What is wrong with the options, naming the option; the key is never quoted. */
export function createSignerClient(options: WorkerOptions): Result<SignerClient, string> {
  const opened = openWorker(options, MAX_ANSWER_BODY_BYTES)
  if (!opened.ok) return opened
  const worker = opened.value
  return ok({
    keyId: worker.keyId,
    sign: async (issuer, request, signal) => {
      const postRequest = {
        path: certificatesPath(issuer),
        body: JSON.stringify(request),
        idempotencyKey: request.origin.uid,
      }
      return merged(await worker.post(postRequest, signAnswerSchema, signal))
    },
    health: async (issuer, signal) =>
      merged(await worker.get(issuerPath(issuer), healthAnswerSchema, signal)),
    retire: () => worker.retire(),
    close: async () => worker.close(),
  })
}

const merged = <T extends object>(
  answer: Result<ReadResponse<T>, SignerError>,
): Result<T & Logged, SignerError> => {
  if (!answer.ok) return answer
  const { value, ...logged } = answer.value
  return ok({ ...value, ...logged })
}
