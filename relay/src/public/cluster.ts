/**
 * For programs that read a cluster as the relay does: the connection, the objects, and the decisions about them.
 *
 * @module
 */
export { findCondition } from '../api/condition.ts'
export {
  CLUSTER_ISSUER,
  FOREIGN_SIGNERS_FIELD_SELECTOR,
  ISSUER,
  OUR_REQUESTS_FIELD_SELECTOR,
  REPORTING_CONTROLLER,
  type Resource,
} from '../api/group.ts'
export { type Issuer, issuerSchema } from '../api/issuer.ts'
export { EVENT_REASON, READY, REQUEST_REASON, SIGNING_REQUEST_CONDITION } from '../api/reasons.ts'
export type { AnyRequest } from '../api/request.ts'
export { rfc3339 } from '../api/time.ts'
export { APPROVE_ROLE } from '../core/approval-help.ts'
export type { OurIssuerRef } from '../core/issuer-ref.ts'
export type { RequestDecision } from '../core/request-decision.ts'
export type { ApiError } from '../kube/api-error.ts'
export { connect } from '../kube/client.ts'
export { objectKey } from '../kube/object-ref.ts'
export type { OpenIdReader } from '../kube/open-id.ts'
export type { Collection, Kube, Lease } from '../kube/ports.ts'
export { defaultKubeconfig, namedKubeconfigs } from '../kubeconfig/find-files.ts'
export { systemClock } from '../queue/clock.ts'
export { CERTIFICATE_REQUESTS } from '../requests/certificate-request.ts'
export { CERTIFICATE_SIGNING_REQUESTS } from '../requests/certificate-signing-request.ts'
export type { RequestAdapter } from '../requests/request-adapter.ts'
