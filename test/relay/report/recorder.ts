/** A recorder of events, and what it tries to write. */
import { once } from 'node:events'
import { err, ok, type Result } from '@edge-issuer/shared'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import type { EventObject } from '../../../relay/src/kube/ports.ts'
import {
  createEventRecorder,
  type EventDraft,
  type EventRecorder,
} from '../../../relay/src/report/events.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'

/** Gives what becomes of each write; `series` is that of a second and later write. */
type Write = (
  event: Pick<EventObject, 'metadata' | 'series'>,
  signal: AbortSignal,
) => Promise<Result<void, ApiError>>

export const anEvent = (note: string): EventDraft => ({
  regarding: { apiVersion: 'v1', kind: 'Pet', namespace: 'ns', name: 'rex', uid: 'u' },
  type: 'Normal',
  reason: 'Fed',
  action: 'Synced',
  note,
})

export const failed = (
  kind: ApiError['kind'],
  rest: Partial<ApiError> = {},
): Result<void, ApiError> => err({ kind, message: `it is ${kind}`, ...rest })

export interface Recorded {
  readonly recorder: EventRecorder
  readonly clock: FakeClock
  readonly log: RecordingLog
  /** Each try to write, when, and what. */
  readonly tries: readonly string[]
  /** What was to be created. */
  readonly events: readonly EventObject[]
}

/** A recorder whose writes become what `write` says. */
export const aRecorder = (write: Write): Recorded => {
  const clock = new FakeClock()
  const log = new RecordingLog()
  const tries: string[] = []
  const events: EventObject[] = []
  const recorder = createEventRecorder({
    writer: {
      createEvent: async (event, signal) => {
        events.push(event)
        const count = event.series === undefined ? '' : ` x${event.series.count}`
        tries.push(`${clock.uptimeMs()} ${event.note}${count}`)
        return write(event, signal)
      },
      updateEventSeries: async ({ namespace = '', name }, series, signal) => {
        tries.push(`${clock.uptimeMs()} update x${series.count}`)
        return write({ metadata: { namespace, name }, series }, signal)
      },
    },
    hostName: 'relay-0',
    clock,
    random: () => 0.5,
    log,
  })
  return { recorder, clock, log, tries, events }
}

/** Answers in order, then with success. */
export const answers = (...results: readonly Result<void, ApiError>[]): Write => {
  const rest = [...results]
  return async () => rest.shift() ?? ok(undefined)
}

export const untilAborted: Write = async (_event, signal) => {
  if (!signal.aborted) await once(signal, 'abort')
  return failed('unavailable')
}
