/**
 * What CertificateRequests and CertificateSigningRequests have in common: enough to know which object
 * it is, and what others said of it.
 *
 * @module
 */
import type { Condition } from './condition.ts'
import type { Metadata } from './metadata.ts'

/** A request of either kind. */
export interface AnyRequest {
  readonly metadata: Metadata
  readonly spec: {
    /** Of the requester. */
    readonly groups: readonly string[]
  }
  readonly status: {
    readonly conditions: readonly Condition[]
    readonly hasCertificate: boolean
  }
}
