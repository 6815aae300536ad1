/**
 * Reconciles one request of any kind: decide, sign, write the status, emit an Event. It may stop anywhere and
 * start over: the worker returns the same certificate for the same uid, and no status is written to an
 * outdated object.
 *
 * @module
 */
import { apiVersionOf } from '../api/group.ts'
import type { AnyRequest } from '../api/request.ts'
import { isOpenRequest } from '../core/open-request.ts'
import type { IgnoreReason, RequestDecision } from '../core/request-decision.ts'
import { type RequestUpdate, UNEXPECTED_ERROR } from '../core/status-messages.ts'
import type { ApiError } from '../kube/api-error.ts'
import { refOfKey } from '../kube/object-ref.ts'
import type { StatusWriter } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../queue/clock.ts'
import type { EventRecorder } from '../report/events.ts'
import type { UnwrittenStatuses } from '../report/unwritten-statuses.ts'
import type { RequestAdapter } from '../requests/request-adapter.ts'
import type { RequestReader } from '../requests/request-reader.ts'
import type { IssuerReader } from '../watch/issuer-reader.ts'
import type { ApprovalWatch } from './approval-watch.ts'
import type { Reconciler, ReconcileOutcome } from './controller.ts'
import type { ReportedMessages } from './reported-messages.ts'
import type { RequestSigner, SigningResult } from './request-signer.ts'
import { logSigned } from './signed-line.ts'

/** Dependencies of a {@link RequestReconciler}. */
export interface RequestReconcilerDeps<R extends AnyRequest> {
  readonly adapter: RequestAdapter<R>
  readonly requests: Pick<RequestReader<R>, 'get' | 'getLive'>
  readonly issuers: Pick<IssuerReader, 'find'>
  readonly signer: Pick<RequestSigner<R>, 'sign'>
  readonly approvals: Pick<ApprovalWatch<R>, 'check'>
  readonly statusWriter: StatusWriter
  readonly events: EventRecorder
  readonly reported: ReportedMessages
  readonly unwritten: UnwrittenStatuses
  readonly log: Log
  readonly clock: Pick<Clock, 'now'>
}

/** A request that changes during a reconcile is read again this often before the reconcile is retried later. */
const MAX_READS = 3

const DONE: ReconcileOutcome = { kind: 'done' }

/**
 * The watch has not reported a deletion. It may still come; if not, the 404 came from an API server that
 * does not serve the kind now, or from a proxy, and the request still exists.
 */
const NOT_FOUND: ReconcileOutcome = { kind: 'retry', message: 'the request was not found' }

interface Attempt<R> {
  readonly key: string
  readonly request: R
  readonly result: SigningResult
}

/** The end of an attempt, or that it must start over with the live request. */
type AttemptEnd =
  | { readonly kind: 'end'; readonly outcome: ReconcileOutcome }
  /** The request is only partly in memory, or the write of `result` found a newer version. */
  | { readonly kind: 'outdated'; readonly result?: SigningResult }

const end = (outcome: ReconcileOutcome): AttemptEnd => ({ kind: 'end', outcome })

/** Reconciles requests of one kind. */
export class RequestReconciler<R extends AnyRequest> implements Reconciler {
  readonly #deps: RequestReconcilerDeps<R>

  constructor(deps: RequestReconcilerDeps<R>) {
    this.#deps = deps
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileOutcome> {
    let request = this.#deps.requests.get(key)
    for (let reads = 0; reads < MAX_READS; reads += 1) {
      if (request === undefined) return reads === 0 ? DONE : NOT_FOUND
      const attempt = await this.#attempt(key, request, signal)
      if (attempt.kind === 'end') return attempt.outcome
      // After a conflict the request may be denied, finished, or another object by now.
      const live = await this.#deps.requests.getLive(key, signal)
      if (!live.ok) {
        const { result } = attempt
        return result === undefined
          ? this.#reportUnreadable({ key, request, error: live.error }, signal)
          : this.#notWritten({ key, request, result }, live.error)
      }
      request = live.value
    }
    return { kind: 'retry', message: 'the request changed repeatedly during the reconcile' }
  }

  /** Sets a request to Pending after its reconcile threw. Requests that the relay ignores stay as they are. */
  async reportThrow(key: string, signal: AbortSignal): Promise<void> {
    const request = this.#deps.requests.get(key)
    const update = request === undefined ? undefined : this.#updateAfterThrow(request)
    if (request === undefined || update === undefined) return
    await this.#writeStatus({ key, request, result: { update, outcome: DONE } }, signal)
  }

  async #attempt(key: string, request: R, signal: AbortSignal): Promise<AttemptEnd> {
    const decision = this.#decide(request)
    switch (decision.kind) {
      case 'ignore':
        return end(this.#ignore(key, request, decision.why))
      case 'notify':
        this.#recordEventOnce(key, request, decision.update)
        return end(DONE)
      case 'report': {
        // Denied is final; an issuer that the request waits for enqueues it when it changes.
        const result = { update: decision.update, outcome: DONE }
        return this.#writeStatus({ key, request, result }, signal)
      }
      case 'sign': {
        if (request.metadata.isPartial) return { kind: 'outdated' }
        const result = await this.#deps.signer.sign(request, decision.issuer, signal)
        return this.#writeStatus({ key, request, result }, signal)
      }
    }
  }

  #decide(request: R): RequestDecision {
    const { adapter, issuers } = this.#deps
    const ref = adapter.issuerRef(request)
    return adapter.decide(request, ref === undefined ? undefined : issuers.find(ref))
  }

  #ignore(key: string, request: R, why: IgnoreReason): ReconcileOutcome {
    const { unwritten, approvals, log } = this.#deps
    unwritten.settled(request.metadata.uid)
    log.debug({ key, why }, 'request ignored')
    return why === 'not approved' ? approvals.check(key, request) : DONE
  }

  /** Writes to the version that was decided on; writes nothing if the status is unchanged. */
  async #writeStatus(attempt: Attempt<R>, signal: AbortSignal): Promise<AttemptEnd> {
    const { adapter, statusWriter, reported, unwritten, log, clock } = this.#deps
    const { key, request, result } = attempt
    const { uid, resourceVersion } = request.metadata
    const patch = adapter.statusPatch(request, result, clock.now())
    if (patch.kind !== 'write') {
      const wasUnwritten = unwritten.settled(uid)
      if (wasUnwritten) this.#recordEvent(key, request, result.update)
      else if (patch.kind === 'event-only') this.#recordEventOnce(key, request, result.update)
      return end(result.outcome)
    }
    const { resource } = adapter
    const written = await statusWriter.applyStatus(
      { resource, ref: refOfKey(key), resourceVersion, status: patch.status },
      signal,
    )
    if (!written.ok) {
      const outcome = this.#notWritten(attempt, written.error)
      return written.error.kind === 'conflict' ? { kind: 'outdated', result } : end(outcome)
    }
    reported.forget(uid)
    unwritten.settled(uid)
    logSigned({ kind: resource.kind, key, result }, log)
    this.#recordEvent(key, request, result.update)
    return end(result.outcome)
  }

  #notWritten({ key, request, result }: Attempt<R>, error: ApiError): ReconcileOutcome {
    const { adapter, unwritten } = this.#deps
    const { uid } = request.metadata
    unwritten.failed({ resource: adapter.resource, key, uid }, error, result.update)
    const { message, retryAfterMs = 0 } = error
    return { kind: 'retry', message: `status not written: ${message}`, minimumMs: retryAfterMs }
  }

  /** The fields in memory suffice to write that the whole request could not be read. */
  async #reportUnreadable(
    {
      key,
      request,
      error,
    }: { readonly key: string; readonly request: R; readonly error: ApiError },
    signal: AbortSignal,
  ): Promise<ReconcileOutcome> {
    const { message: cause, retryAfterMs = 0 } = error
    const message = `request not read: ${cause}`
    const outcome = { kind: 'retry', message, minimumMs: retryAfterMs } as const
    const result = { update: this.#deps.adapter.retried(message), outcome }
    await this.#writeStatus({ key, request, result }, signal)
    return outcome
  }

  #recordEventOnce(key: string, request: R, update: RequestUpdate): void {
    const isNews = this.#deps.reported.isNews(request.metadata.uid, update.message)
    if (isNews) this.#recordEvent(key, request, update)
  }

  #recordEvent(key: string, request: R, { event, reason, message }: RequestUpdate): void {
    const { adapter, events, log } = this.#deps
    const { resource } = adapter
    log.info({ key, reason, cause: message }, 'request reported')
    const { uid } = request.metadata
    events.record({
      regarding: { apiVersion: apiVersionOf(resource), kind: resource.kind, ...refOfKey(key), uid },
      note: message,
      ...event,
    })
  }

  /** The decision itself may have thrown. */
  #updateAfterThrow(request: R): RequestUpdate | undefined {
    const { adapter } = this.#deps
    const unexpected = adapter.retried(UNEXPECTED_ERROR)
    try {
      const decision = this.#decide(request)
      if (decision.kind === 'report') return decision.update
      return decision.kind === 'sign' ? unexpected : undefined
    } catch {
      const isOurs = adapter.issuerRef(request) !== undefined
      return isOurs && isOpenRequest(request) ? unexpected : undefined
    }
  }
}
