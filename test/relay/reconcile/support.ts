/**
 * Fakes around a reconcile, in memory: written statuses and recorded Events.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import type { SignerError } from '../../../relay/src/api/signer-error.ts'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import type { StatusWrite, StatusWriter } from '../../../relay/src/kube/ports.ts'
import type { Log } from '../../../relay/src/log.ts'
import type { Clock } from '../../../relay/src/queue/clock.ts'
import type { EventDraft, EventRecorder } from '../../../relay/src/report/events.ts'
import { UnwrittenStatuses } from '../../../relay/src/report/unwritten-statuses.ts'
import { CircuitBreakers } from '../../../relay/src/signer/circuit-breaker.ts'
import type { SignerClient } from '../../../relay/src/signer/client.ts'
import { RecordingLog } from '../queue/recording-log.ts'

/** Records status writes; answers them with the errors given, in order, then with success. */
export function aStatusWriter(
  errors: readonly (ApiError | undefined)[] = [],
): StatusWriter & { readonly writes: StatusWrite[] } {
  const writes: StatusWrite[] = []
  return {
    writes,
    applyStatus: async (write) => {
      const error = errors[writes.length]
      writes.push(write)
      return Promise.resolve(error === undefined ? ok({}) : err(error))
    },
  }
}

/** Circuit breakers that are closed; their time does not pass. */
export const newBreakers = (): CircuitBreakers =>
  new CircuitBreakers({ uptimeMs: () => 0, random: () => 0 })

/** Records events. */
export function anEventRecorder(): EventRecorder & { readonly events: EventDraft[] } {
  const events: EventDraft[] = []
  return {
    events,
    record: (event) => {
      events.push(event)
    },
    dropped: 0,
    stop: async () => Promise.resolve(),
  }
}

/** Failures of status writes, reported to `events` and not counted. */
export const newUnwritten = (
  events: EventRecorder = anEventRecorder(),
  log: Log = new RecordingLog(),
): UnwrittenStatuses => new UnwrittenStatuses({ events, log, failed: () => undefined })

/** A client that gives the same answer to everything. */
export const aSignerClient = (
  answers: Partial<{
    readonly sign: Awaited<ReturnType<SignerClient['sign']>>
    readonly health: Awaited<ReturnType<SignerClient['health']>>
  }>,
): SignerClient => {
  const unasked: Result<never, SignerError> = err({
    class: 'temporary',
    code: 'transport_error',
    message: 'not to be asked in this test',
  })
  return {
    keyId: 'test',
    sign: async () => Promise.resolve(answers.sign ?? unasked),
    health: async () => Promise.resolve(answers.health ?? unasked),
    pushTokenKeys: async () => Promise.resolve(unasked),
    retire: () => undefined,
    close: async () => Promise.resolve(),
  }
}

/** A clock that shows this time, and whose timers never fire. */
export const clockAt = (now: () => number): Clock => ({
  now,
  uptimeMs: () => 0,
  setTimer: () => () => undefined,
})

export const CONFLICT: ApiError = { kind: 'conflict', status: 409, message: 'modified' }
export const FORBIDDEN: ApiError = { kind: 'forbidden', status: 403, message: 'forbidden' }
export const NOT_FOUND: ApiError = { kind: 'not-found', status: 404, message: 'gone' }
export const UNAVAILABLE: ApiError = { kind: 'unavailable', message: 'connection refused' }
