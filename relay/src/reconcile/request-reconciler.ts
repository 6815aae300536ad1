/**
 * Reconciles one request of either kind: decide, sign, write. Stopped anywhere, it can begin again: the
 * worker answers the same uid with the same certificate, and nothing is written on an old object.
 *
 * @module
 */
import type { Result } from '@edge-issuer/shared'
import { apiVersionOf } from '../api/group.ts'
import type { Issuer } from '../api/issuer.ts'
import type { AnyRequest } from '../api/request.ts'
import type { OurIssuerRef } from '../core/issuer-ref.ts'
import { isOpenRequest } from '../core/open-request.ts'
import { type RequestVerdict, UNEXPECTED_ERROR } from '../core/status-messages.ts'
import type { ApiError } from '../kube/api-error.ts'
import { refOfKey } from '../kube/object-ref.ts'
import type { StatusWriter } from '../kube/ports.ts'
import type { Log } from '../log.ts'
import type { EventRecorder } from '../report/events.ts'
import type { UnwrittenStatuses } from '../report/unwritten-statuses.ts'
import type { RequestKind } from '../requests/request-adapter.ts'
import type { ApprovalWatch } from './approval-watch.ts'
import type { Reconcile, ReconcileOutcome, ReportThrow } from './controller.ts'
import type { Told } from './reported-messages.ts'
import type { Signing, SignPass } from './sign-pass.ts'
import { logSigned } from './signed-line.ts'

/** What reconciling a request needs of the world. */
export interface RequestReconcilerOptions<R extends AnyRequest> {
  readonly kind: RequestKind<R>
  /** As last seen; of one that was kept in part, see `isPartial`, not enough to sign it. */
  readonly get: (key: string) => R | undefined
  /** As it is now, past the cache; `undefined` when it is gone. */
  readonly getLive: (key: string, signal: AbortSignal) => Promise<Result<R | undefined, ApiError>>
  readonly getIssuer: (ref: OurIssuerRef) => Issuer | undefined
  readonly sign: SignPass<R>
  readonly approvals: Pick<ApprovalWatch<R>, 'look'>
  readonly status: StatusWriter
  readonly events: EventRecorder
  readonly told: Told
  readonly unwritten: UnwrittenStatuses
  readonly log: Log
  readonly now: () => number
}

/** A request that changes while it is worked on is read again this often, then it is left to the queue. */
const MAX_READS = 3

/** @returns The reconcile function of a controller. */
export function requestReconciler<R extends AnyRequest>(
  options: RequestReconcilerOptions<R>,
): Reconcile {
  return async (key, signal) => {
    let request = options.get(key)
    for (let reads = 0; reads < MAX_READS; reads += 1) {
      if (request === undefined) return reads === 0 ? { kind: 'done' } : NOT_FOUND
      const pass = await decide({ key, request }, options, signal)
      if (pass.kind === 'leave') return pass.outcome
      if (pass.kind === 'write') {
        const written = await write({ key, request, pass }, options, signal)
        if (written.ok) return pass.outcome
        if (written.error.kind !== 'conflict') return unwrittenOutcome(written.error)
      }
      // After a conflict the object may be denied, finished, or another one by now.
      const live = await options.getLive(key, signal)
      if (!live.ok) {
        return pass.kind === 'write'
          ? unread({ key, request, pass }, live.error, options)
          : notRead({ key, request }, live.error, { ...options, signal })
      }
      request = live.value
    }
    return { kind: 'retry', message: 'the request changed again and again while it was worked on' }
  }
}

/**
 * @returns What makes a request Pending with a short text after its reconcile threw. Requests that the
 *   relay does not work on are left as they are.
 */
export function requestThrowReport<R extends AnyRequest>(
  options: RequestReconcilerOptions<R>,
): ReportThrow {
  return async (key, signal) => {
    const request = options.get(key)
    const verdict = request === undefined ? undefined : verdictAfterThrow(request, options)
    if (request === undefined || verdict === undefined) return
    const pass: Signing = { verdict, outcome: { kind: 'done' } }
    await write({ key, request, pass }, options, signal)
  }
}

/** The decision may be what threw. */
function verdictAfterThrow<R extends AnyRequest>(
  request: R,
  { kind, getIssuer }: RequestReconcilerOptions<R>,
): RequestVerdict | undefined {
  const unexpected = kind.words.retried(UNEXPECTED_ERROR)
  const ref = kind.issuerRef(request)
  try {
    const decision = kind.decide(request, ref === undefined ? undefined : getIssuer(ref))
    if (decision.kind === 'report') return decision.verdict
    return decision.kind === 'sign' ? unexpected : undefined
  } catch {
    return ref !== undefined && isOpenRequest(request) ? unexpected : undefined
  }
}

/** What to write and when to look again, or only the latter. */
type Pass =
  | ({ readonly kind: 'write' } & Signing)
  | { readonly kind: 'leave'; readonly outcome: ReconcileOutcome }
  /** Only a part of the request is in memory. */
  | { readonly kind: 'read' }

async function decide<R extends AnyRequest>(
  { key, request }: Subject<R>,
  options: RequestReconcilerOptions<R>,
  signal: AbortSignal,
): Promise<Pass> {
  const { kind, getIssuer, sign, approvals, log } = options
  const ref = kind.issuerRef(request)
  const decision = kind.decide(request, ref === undefined ? undefined : getIssuer(ref))
  switch (decision.kind) {
    case 'ignore':
      options.unwritten.settled(request.metadata.uid)
      log.debug({ key, why: decision.why }, 'request left alone')
      return {
        kind: 'leave',
        outcome: decision.why === 'not approved' ? approvals.look(key, request) : { kind: 'done' },
      }
    case 'notify':
      tellNews({ key, request }, decision.verdict, options)
      return { kind: 'leave', outcome: { kind: 'done' } }
    case 'report':
      // Denied is final; an issuer that is awaited wakes its requests when it changes.
      return { kind: 'write', verdict: decision.verdict, outcome: { kind: 'done' } }
    case 'sign':
      if (request.metadata.isPartial) return { kind: 'read' }
      return { kind: 'write', ...(await sign(request, decision.issuer, signal)) }
  }
}

interface Subject<R> {
  readonly key: string
  readonly request: R
}

interface Written<R> extends Subject<R> {
  readonly pass: Signing
}

/** Writes the verdict on the very version that it was made on; nothing when nothing would change. */
async function write<R extends AnyRequest>(
  { key, request, pass }: Written<R>,
  options: RequestReconcilerOptions<R>,
  signal: AbortSignal,
): Promise<Result<unknown, ApiError>> {
  const { kind, status, told, unwritten, log, now } = options
  const { uid, resourceVersion } = request.metadata
  const report = kind.report(request, pass, now())
  if (report.kind !== 'write') {
    const isNews = unwritten.settled(uid)
    if (isNews) tell({ key, request }, pass.verdict, options)
    else if (report.kind === 'tell') tellNews({ key, request }, pass.verdict, options)
    return WRITTEN
  }
  const written = await status.applyStatus(
    { resource: kind.resource, ref: refOfKey(key), resourceVersion, status: report.status },
    signal,
  )
  if (written.ok) {
    told.forget(uid)
    unwritten.settled(uid)
    logSigned({ kind: kind.resource.kind, key, signing: pass }, log)
    tell({ key, request }, pass.verdict, options)
  } else unwritten.failed({ resource: kind.resource, key, uid }, written.error, pass.verdict)
  return written
}

/** What to write after a conflict could not be read. */
function unread<R extends AnyRequest>(
  { key, request, pass }: Written<R>,
  error: ApiError,
  { kind, unwritten }: RequestReconcilerOptions<R>,
): ReconcileOutcome {
  const { uid } = request.metadata
  unwritten.failed({ resource: kind.resource, key, uid }, error, pass.verdict)
  return unwrittenOutcome(error)
}

const WRITTEN: Result<undefined, never> = { ok: true, value: undefined }

function tellNews<R extends AnyRequest>(
  subject: Subject<R>,
  verdict: RequestVerdict,
  options: RequestReconcilerOptions<R>,
): void {
  const isNews = options.told.isNews(subject.request.metadata.uid, verdict.message)
  if (isNews) tell(subject, verdict, options)
}

function tell<R extends AnyRequest>(
  { key, request }: Subject<R>,
  { event, reason, message }: RequestVerdict,
  { kind: { resource }, events, log }: RequestReconcilerOptions<R>,
): void {
  log.info({ key, reason, cause: message }, 'request reported')
  const { uid } = request.metadata
  events.record({
    regarding: { apiVersion: apiVersionOf(resource), kind: resource.kind, ...refOfKey(key), uid },
    note: message,
    ...event,
  })
}

/**
 * The watch has told of no deletion yet. It soon will; if not, this was the word of an API server that
 * does not serve the kind just now, or of something before it, and the request is as alive as ever.
 */
const NOT_FOUND: ReconcileOutcome = { kind: 'retry', message: 'the request was not found' }

const unwrittenOutcome = ({ message, retryAfterMs = 0 }: ApiError): ReconcileOutcome => ({
  kind: 'retry',
  message: `status not written: ${message}`,
  minimumMs: retryAfterMs,
})

/** The part in memory is enough to say that the request could not be read as a whole. */
async function notRead<R extends AnyRequest>(
  { key, request }: Subject<R>,
  { message: error, retryAfterMs = 0 }: ApiError,
  { signal, ...options }: RequestReconcilerOptions<R> & { readonly signal: AbortSignal },
): Promise<ReconcileOutcome> {
  const message = `request not read: ${error}`
  const outcome = { kind: 'retry', message, minimumMs: retryAfterMs } as const
  const verdict = options.kind.words.retried(message)
  await write({ key, request, pass: { verdict, outcome } }, options, signal)
  return outcome
}
