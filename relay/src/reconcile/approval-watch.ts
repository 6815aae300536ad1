/**
 * Looks at requests that nobody has approved, and tells of each once. What was told is kept in memory:
 * after a restart it is told once more.
 *
 * @module
 */
import type { CertificateRequest } from '../api/certificate-request.ts'
import { apiVersionOf, CERTIFICATE_REQUEST } from '../api/group.ts'
import { approvalHelp, helpInMs } from '../core/approval-help.ts'
import { refOfKey } from '../kube/object-ref.ts'
import type { Log } from '../log.ts'
import type { EventRecorder } from '../report/events.ts'
import type { ReconcileOutcome } from './controller.ts'

/** What it needs of the world. */
export interface ApprovalWatchOptions {
  readonly events: EventRecorder
  readonly log: Log
  readonly now: () => number
}

export class ApprovalWatch {
  readonly #options: ApprovalWatchOptions
  /** Uids of the requests that were told of. */
  readonly #told = new Set<string>()

  constructor(options: ApprovalWatchOptions) {
    this.#options = options
  }

  /** @returns When to look again at a request that is not approved, if at all. */
  look(key: string, request: CertificateRequest): ReconcileOutcome {
    const { events, log, now } = this.#options
    const { uid } = request.metadata
    const afterMs = helpInMs(request, now())
    if (afterMs > 0) return { kind: 'requeue-after', afterMs }
    if (!this.#told.has(uid)) {
      this.#told.add(uid)
      const { note, ...event } = approvalHelp(request)
      const { kind } = CERTIFICATE_REQUEST
      const apiVersion = apiVersionOf(CERTIFICATE_REQUEST)
      events.record({ regarding: { apiVersion, kind, ...refOfKey(key), uid }, ...event, note })
      log.warn({ key, hint: note }, 'request waits for approval')
    }
    return { kind: 'done' }
  }

  /** The request is gone. */
  forget(uid: string): void {
    this.#told.delete(uid)
  }
}
