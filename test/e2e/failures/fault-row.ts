import type { StubAnswer } from '@edge-issuer/testbed/worker/stub-worker'
import type { Fault } from '../../support/fault-proxy/fault.ts'

/** The object of a fault. Its name is that of the row. */
export type FaultyKind = 'CertificateRequest' | 'CertificateSigningRequest' | 'ClusterIssuer'

/** The visible signs of a fault. */
export interface Visible {
  /** `STATUS REASON: MESSAGE` of Ready; `none` without the condition. */
  readonly condition: RegExp
  /** `REASON: NOTE` of the relay's last Event about the object. */
  readonly event: RegExp
  /** `LEVEL MESSAGE: ERROR OR CAUSE` of a line about the object. */
  readonly log: RegExp
  /** A series that is above 0. */
  readonly metric: string
  /** What `edge-issuer status` says about it. */
  readonly status: RegExp
}

/** One row of the table. */
export interface FaultRow {
  readonly name: string
  readonly kind: FaultyKind
  /** The ClusterIssuer of a request. */
  readonly issuer?: string
  /** The fault that the API server, or a proxy in front of it, injects into writes of the object's status. */
  readonly api?: Fault
  /** The worker's response to the request, if its issuer is one of the stub's. */
  readonly worker?: StubAnswer
  /** Invalid spec of a ClusterIssuer; corrected at the end. */
  readonly spec?: object
  /** Whether the object does not change any more, also when the fault is over. */
  readonly isFinal?: true
  /** The issuer passes checks and fails to sign, so it becomes Ready repeatedly, with growing delay. */
  readonly isAlternating?: true
  readonly want: Visible
}
