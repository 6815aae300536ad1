/** A controller on a clock that a test turns by hand. */
import { once } from 'node:events'
import type { Group } from '../../../relay/src/queue/fair-lanes.ts'
import { REQUEST_BACKOFF } from '../../../relay/src/queue/rate-limiter.ts'
import {
  Controller,
  type ControllerView,
  type ReconcileOutcome,
  type Reconciler,
} from '../../../relay/src/reconcile/controller.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'

type Reconcile = Reconciler['reconcile']

/** Of each reconcile. */
export const DEADLINE_MS = 1_000

export interface Controlled {
  readonly controller: Controller
  readonly clock: FakeClock
  readonly log: RecordingLog
  /** The calls of its observer, in order. */
  readonly heard: readonly string[]
  readonly view: ControllerView | undefined
}

/** What a controller has besides its reconcile function and its workers. */
interface ControlledOptions {
  readonly groupsOf?: (key: string) => readonly Group[]
  readonly reportThrow?: Reconciler['reportThrow']
  readonly deadlineMs?: number
}

/** A controller of one reconcile function; it is not started. */
export const aController = (
  reconcile: Reconcile,
  workers = 1,
  {
    groupsOf = () => [],
    reportThrow = async () => undefined,
    deadlineMs = DEADLINE_MS,
  }: ControlledOptions = {},
): Controlled => {
  const clock = new FakeClock()
  const log = new RecordingLog()
  const heard: string[] = []
  const views: ControllerView[] = []
  const controller = new Controller({
    name: 'test',
    observe: (view) => {
      views.push(view)
      return {
        added: () => heard.push('added'),
        taken: (waitedMs) => heard.push(`taken after ${String(waitedMs)}`),
        reconciled: (kind, tookMs) => heard.push(`${kind} after ${String(tookMs)}`),
        panicked: () => heard.push('panicked'),
      }
    },
    reconciler: { reconcile, reportThrow },
    workers,
    groupsOf,
    backoff: REQUEST_BACKOFF,
    deadlineMs,
    clock,
    random: () => 0.5,
    log,
  })
  return { controller, clock, log, heard, view: views[0] }
}

/** Answers with the outcomes in order, then `done`; notes when it was called. */
export const aScript = (
  outcomes: readonly (ReconcileOutcome | Error)[],
): { readonly calls: readonly string[]; readonly reconcile: Reconcile } => {
  const calls: string[] = []
  const rest = [...outcomes]
  const reconcile: Reconcile = async (key) => {
    calls.push(key)
    const outcome = rest.shift()
    if (outcome instanceof Error) throw outcome
    return outcome ?? { kind: 'done' }
  }
  return { calls, reconcile }
}

/** Ends only with its signal. */
export const untilAborted: Reconcile = async (_key, signal) => {
  await once(signal, 'abort')
  throw signal.reason
}
