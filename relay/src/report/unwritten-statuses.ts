/**
 * Reports status writes that fail, since the object keeps its outdated status. Kept in memory: a restart reports
 * each failure again.
 *
 * @module
 */
import { cutMessage } from '../api/cut-message.ts'
import { apiVersionOf, type Resource } from '../api/group.ts'
import { cutToBytes } from '../api/one-line.ts'
import { EVENT_ACTION, EVENT_REASON } from '../api/reasons.ts'
import { stableText } from '../core/stable-text.ts'
import type { ConditionUpdate } from '../core/status-messages.ts'
import type { ApiError, ApiErrorKind } from '../kube/api-error.ts'
import { refOfKey } from '../kube/object-ref.ts'
import type { Log } from '../log.ts'
import type { EventRecorder } from './events.ts'

/** The object whose status is written. */
export interface StatusOwner {
  readonly resource: Resource
  readonly key: string
  readonly uid: string
}

/** Options of {@link UnwrittenStatuses}. */
export interface UnwrittenStatusesOptions {
  readonly events: Pick<EventRecorder, 'record'>
  readonly log: Log
  /** Called for each write that failed. */
  readonly failed: (kind: string, reason: ApiErrorKind) => void
}

interface Failures {
  /** Failures in a row. */
  count: number
  /** What was last reported, to compare. */
  reported?: string
}

/** The object changed or was deleted meanwhile: expected now and then, and an error when it persists. */
const RACES: ReadonlySet<ApiErrorKind> = new Set(['conflict', 'not-found'])
const RACES_IN_A_ROW = 3

/** Both have to fit into an Event's note of 1,024 bytes, with the text around them. */
const MAX_ERROR_BYTES = 440
const MAX_VERDICT_BYTES = 500

/** Knows which objects have a status that could not be written. */
export class UnwrittenStatuses {
  readonly #options: UnwrittenStatusesOptions
  /** By uid. */
  readonly #failures = new Map<string, Failures>()

  constructor(options: UnwrittenStatusesOptions) {
    this.#options = options
  }

  /**
   * Counts a write that failed; logs it and emits an Event when that is news.
   *
   * @param update - What the object should say.
   */
  failed(
    { resource, key, uid }: StatusOwner,
    error: ApiError,
    update: ConditionUpdate<string>,
  ): void {
    const { events, log, failed } = this.#options
    const { kind } = resource
    const facts = {
      kind,
      key,
      error: error.message,
      reason: update.reason,
      cause: update.message,
    }
    if (error.isNamespaceTerminating === true) {
      log.debug(facts, 'status not written: the namespace is being deleted')
      return
    }
    failed(kind, error.kind)
    const failures = this.#failures.get(uid) ?? { count: 0 }
    this.#failures.set(uid, failures)
    failures.count += 1
    if (RACES.has(error.kind) && failures.count < RACES_IN_A_ROW) return
    const text = stableText(`${error.kind} ${error.message} ${update.message}`)
    if (failures.reported === text) return
    failures.reported = text
    log.warn({ ...facts, status: error.status }, 'status not written')
    events.record({
      regarding: { apiVersion: apiVersionOf(resource), kind, ...refOfKey(key), uid },
      type: 'Warning',
      reason: EVENT_REASON.statusNotWritten,
      action: EVENT_ACTION.syncFailed,
      note: unwrittenNote(error, update),
    })
  }

  /**
   * Ends the failures of an object: its status was written, or nothing needs to be.
   *
   * @returns Whether a failure was reported. If nothing was written since, the caller must emit an Event, since
   *   the one about the failure is the last.
   */
  settled(uid: string): boolean {
    const wasReported = this.#failures.get(uid)?.reported !== undefined
    this.#failures.delete(uid)
    return wasReported
  }
}

/** @returns What the Event of a failure says. */
const unwrittenNote = (error: ApiError, update: ConditionUpdate<string>): string =>
  `Status not written: ${cutToBytes(error.message, MAX_ERROR_BYTES)}. It should say ${update.reason}: ${cutMessage(update.message, MAX_VERDICT_BYTES)}`
