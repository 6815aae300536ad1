/**
 * What the relay must know about one kind of request. The reconciler is the same for all kinds; a third
 * kind is one more class that implements this.
 *
 * @module
 */
import type { Result, SignRequest } from '@edge-issuer/shared'
import type { ZodType } from 'zod'
import type { Resource } from '../api/group.ts'
import type { Issuer } from '../api/issuer.ts'
import type { AnyRequest } from '../api/request.ts'
import type { ApprovalHelp } from '../core/approval-help.ts'
import type { OurIssuerRef } from '../core/issuer-ref.ts'
import type { RequestDecision } from '../core/request-decision.ts'
import type { RequestMessages, RequestUpdate } from '../core/status-messages.ts'

/** One kind of request. */
export interface RequestAdapter<R extends AnyRequest> extends RequestMessages {
  readonly resource: Resource
  readonly schema: ZodType<R>
  /** @returns The fields of a request that stay in memory. */
  kept(request: R): R
  /** @returns The issuer that the request names; `undefined` if it is not one of ours. */
  issuerRef(request: R): OurIssuerRef | undefined
  /**
   * Applies the rules for skipping a request, then checks the issuer.
   *
   * @param issuer - The issuer that the request names, as last seen; absent when there is none.
   */
  decide(request: R, issuer: Issuer | undefined): RequestDecision
  /**
   * @param profile - The issuer's profile; the worker's default for this client when absent.
   * @returns The message to the worker, or why the request can never be signed.
   */
  toSignRequest(request: R, profile: string | undefined): Result<SignRequest, string>
  /** @returns The requested lifetime in milliseconds; `undefined` for CA certificates and malformed durations. */
  lifetimeMs(request: R): number | undefined
  /** @returns The Event for a request that waits for its approval. */
  approvalHelp(request: R): ApprovalHelp
  /** @returns The status to apply for the result of a reconcile. */
  statusPatch(request: R, result: RequestResult, nowMs: number): StatusPatch
}

/** The result of reconciling a request: the condition, and the certificate if there is one. */
export interface RequestResult {
  readonly update: RequestUpdate
  /** PEM: the chain with the leaf first and without the root; and one trusted root or several. */
  readonly issued?: { readonly chainPem: string; readonly caPem: string }
}

/**
 * `write`: apply the status, then emit the Event. `event-only`: the kind has no status field for it.
 * `unchanged`: the status has this condition already.
 */
export type StatusPatch =
  | { readonly kind: 'write'; readonly status: object }
  | { readonly kind: 'event-only' }
  | { readonly kind: 'unchanged' }
