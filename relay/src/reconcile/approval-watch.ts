/**
 * Reports requests that no one has approved, each once. Kept in memory: a restart reports them again.
 *
 * @module
 */
import { apiVersionOf } from '../api/group.ts'
import type { AnyRequest } from '../api/request.ts'
import { helpInMs } from '../core/approval-help.ts'
import { refOfKey } from '../kube/object-ref.ts'
import type { Log } from '../log.ts'
import type { Clock } from '../queue/clock.ts'
import type { EventRecorder } from '../report/events.ts'
import type { RequestAdapter } from '../requests/request-adapter.ts'
import type { ReconcileOutcome } from './controller.ts'

/** Dependencies of an {@link ApprovalWatch}. */
export interface ApprovalWatchDeps {
  readonly events: EventRecorder
  readonly log: Log
  readonly clock: Pick<Clock, 'now'>
}

/** For requests of one kind. */
export class ApprovalWatch<R extends AnyRequest> {
  readonly #adapter: Pick<RequestAdapter<R>, 'approvalHelp' | 'resource'>
  readonly #deps: ApprovalWatchDeps
  /** Uids of the requests that were reported. */
  readonly #reported = new Set<string>()

  constructor(
    adapter: Pick<RequestAdapter<R>, 'approvalHelp' | 'resource'>,
    deps: ApprovalWatchDeps,
  ) {
    this.#adapter = adapter
    this.#deps = deps
  }

  /** @returns When to check a request that is not approved again, if at all. */
  check(key: string, request: R): ReconcileOutcome {
    const { events, log, clock } = this.#deps
    const { uid } = request.metadata
    const afterMs = helpInMs(request, clock.now())
    if (afterMs > 0) return { kind: 'requeue-after', afterMs }
    if (!this.#reported.has(uid)) {
      this.#reported.add(uid)
      const { resource } = this.#adapter
      const help = this.#adapter.approvalHelp(request)
      events.record({
        regarding: {
          apiVersion: apiVersionOf(resource),
          kind: resource.kind,
          ...refOfKey(key),
          uid,
        },
        ...help,
      })
      log.warn({ key, hint: help.note }, 'request waits for approval')
    }
    return { kind: 'done' }
  }

  /** The request was deleted. */
  forget(uid: string): void {
    this.#reported.delete(uid)
  }
}
