/**
 * Looks at requests that nobody has approved, and tells of each once. What was told is kept in memory:
 * after a restart it is told once more.
 *
 * @module
 */
import { apiVersionOf } from '../api/group.ts'
import type { AnyRequest } from '../api/request.ts'
import { helpInMs } from '../core/approval-help.ts'
import { refOfKey } from '../kube/object-ref.ts'
import type { Log } from '../log.ts'
import type { EventRecorder } from '../report/events.ts'
import type { RequestKind } from '../requests/request-adapter.ts'
import type { ReconcileOutcome } from './controller.ts'

/** What it needs of the world. */
export interface ApprovalWatchOptions {
  readonly events: EventRecorder
  readonly log: Log
  readonly now: () => number
}

/** Of the requests of one kind. */
export class ApprovalWatch<R extends AnyRequest> {
  readonly #kind: Pick<RequestKind<R>, 'approvalHelp' | 'resource'>
  readonly #options: ApprovalWatchOptions
  /** Uids of the requests that were told of. */
  readonly #told = new Set<string>()

  constructor(
    kind: Pick<RequestKind<R>, 'approvalHelp' | 'resource'>,
    options: ApprovalWatchOptions,
  ) {
    this.#kind = kind
    this.#options = options
  }

  /** @returns When to look again at a request that is not approved, if at all. */
  look(key: string, request: R): ReconcileOutcome {
    const { events, log, now } = this.#options
    const { uid } = request.metadata
    const afterMs = helpInMs(request, now())
    if (afterMs > 0) return { kind: 'requeue-after', afterMs }
    if (!this.#told.has(uid)) {
      this.#told.add(uid)
      const { approvalHelp, resource } = this.#kind
      const help = approvalHelp(request)
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

  /** The request is gone. */
  forget(uid: string): void {
    this.#told.delete(uid)
  }
}
