/**
 * Reconciles one CertificateRequest: decide, sign, write. Stopped anywhere, it can begin again: the
 * worker answers the same uid with the same certificate, and nothing is written on an old object.
 *
 * @module
 */
import type { Result } from '@edge-issuer/shared'
import type { CertificateRequest } from '../api/certificate-request.ts'
import { apiVersionOf, CERTIFICATE_REQUEST } from '../api/group.ts'
import type { Issuer } from '../api/issuer.ts'
import { isReadyChanged, readyCondition } from '../core/conditions.ts'
import { decideRequest } from '../core/decide-request.ts'
import { type OurIssuerRef, ourIssuerRef } from '../core/issuer-ref.ts'
import { isTerminalFailure, type RequestVerdict } from '../core/verdict.ts'
import type { ApiError } from '../kube/api-error.ts'
import { refOfKey } from '../kube/object-ref.ts'
import type { StatusWriter } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import type { EventRecorder } from '../report/events.ts'
import { type RequestResult, requestStatus } from '../report/status.ts'
import type { ReconcileOutcome } from './controller.ts'
import type { Signing, SignPass } from './sign-pass.ts'

/** What reconciling a request needs of the world. */
export interface RequestReconcilerOptions {
  /** As last seen. */
  readonly get: (key: string) => CertificateRequest | undefined
  /** As it is now, past the cache; `undefined` when it is gone. */
  readonly getLive: (
    key: string,
    signal: AbortSignal,
  ) => Promise<Result<CertificateRequest | undefined, ApiError>>
  readonly getIssuer: (ref: OurIssuerRef) => Issuer | undefined
  readonly sign: SignPass
  readonly status: StatusWriter
  readonly events: EventRecorder
  readonly log: Log
  readonly now: () => number
}

/** A request that changes this often while it is worked on is left to the queue. */
const MAX_CONFLICTS = 3

/** @returns The reconcile function of a controller. */
export function requestReconciler(
  options: RequestReconcilerOptions,
): (key: string, signal: AbortSignal) => Promise<ReconcileOutcome> {
  return async (key, signal) => {
    let request = options.get(key)
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
      if (request === undefined) return conflicts === 0 ? { kind: 'done' } : NOT_FOUND
      const pass = await decide({ key, request }, options, signal)
      if (pass === undefined) return { kind: 'done' }
      const written = await write({ key, request, pass }, options, signal)
      if (written.ok) return pass.outcome
      if (written.error.kind !== 'conflict') return unwritten(written.error)
      // The object is not what was decided on: it may be denied, finished, or another one by now.
      const live = await options.getLive(key, signal)
      if (!live.ok) return unwritten(live.error)
      request = live.value
    }
    return { kind: 'retry', message: 'the request changed again and again while it was worked on' }
  }
}

/** @returns Nothing when the request is to be left alone. */
async function decide(
  { key, request }: Subject,
  { getIssuer, sign, log }: RequestReconcilerOptions,
  signal: AbortSignal,
): Promise<Signing | undefined> {
  const ref = ourIssuerRef(request)
  const decision = decideRequest(request, ref === undefined ? undefined : getIssuer(ref))
  switch (decision.kind) {
    case 'ignore':
      log.debug({ key, why: decision.why }, 'request left alone')
      return undefined
    case 'report':
      // Denied is final; an issuer that is awaited wakes its requests when it changes.
      return { verdict: decision.verdict, outcome: { kind: 'done' } }
    case 'sign':
      return sign(request, decision.issuer, signal)
  }
}

interface Subject {
  readonly key: string
  readonly request: CertificateRequest
}

interface Pass extends Subject {
  readonly pass: Signing
}

/** Writes the verdict on the very version that it was made on; nothing when nothing would change. */
async function write(
  { key, request, pass }: Pass,
  { status, events, log, now }: RequestReconcilerOptions,
  signal: AbortSignal,
): Promise<Result<unknown, ApiError>> {
  const { verdict, issued } = pass
  const nowMs = now()
  const ready = readyCondition(request.status.conditions, verdict, { nowMs })
  if (!isReadyChanged(request.status.conditions, ready)) return { ok: true, value: undefined }
  const result: RequestResult = {
    ...issued,
    ...(isTerminalFailure(verdict) ? { failureMs: nowMs } : {}),
  }
  const ref = refOfKey(key)
  const { uid, resourceVersion } = request.metadata
  const written = await status.applyStatus(
    { resource: CERTIFICATE_REQUEST, ref, resourceVersion, status: requestStatus(ready, result) },
    signal,
  )
  if (written.ok) {
    log.info({ key, reason: verdict.reason, cause: verdict.message }, 'request reported')
    const { kind } = CERTIFICATE_REQUEST
    events.record({
      regarding: { apiVersion: apiVersionOf(CERTIFICATE_REQUEST), kind, ...ref, uid },
      ...eventOf(verdict),
    })
  }
  return written
}

const eventOf = ({
  event,
  message,
}: RequestVerdict): RequestVerdict['event'] & { readonly note: string } => ({
  ...event,
  note: message,
})

/**
 * The watch has told of no deletion yet. It soon will; if not, this was the word of an API server that
 * does not serve the kind just now, or of something before it, and the request is as alive as ever.
 */
const NOT_FOUND: ReconcileOutcome = { kind: 'retry', message: 'the request was not found' }

const unwritten = (error: ApiError): ReconcileOutcome => ({
  kind: 'retry',
  message: `status not written: ${error.message}`,
})
