/**
 * What is to be done about a Kubernetes CertificateSigningRequest. A denied one is finished: Kubernetes
 * has no condition for "seen".
 *
 * @module
 */
import type { CertificateSigningRequest } from '../api/certificate-signing-request.ts'
import { isConditionTrue } from '../api/condition.ts'
import type { Issuer } from '../api/issuer.ts'
import { SIGNING_REQUEST_CONDITION } from '../api/reasons.ts'
import { gateByIssuer } from './issuer-gate.ts'
import { ignore, notify, type RequestDecision } from './request-decision.ts'
import { readSignerName } from './signer-name.ts'
import { signerUnsupported } from './status-messages.ts'

/**
 * @param issuer - The ClusterIssuer that the request names, as last seen; absent when there is none.
 */
export function decideSigningRequest(
  { metadata, spec, status }: CertificateSigningRequest,
  issuer: Issuer | undefined,
): RequestDecision {
  const { approved, denied, failed } = SIGNING_REQUEST_CONDITION
  const signer = readSignerName(spec.signerName)
  if (metadata.isDeleting) return ignore('deleting')
  if (signer.kind === 'foreign') return ignore('foreign')
  if (status.hasCertificate || isConditionTrue(status.conditions, failed)) return ignore('finished')
  if (isConditionTrue(status.conditions, denied)) return ignore('denied')
  const isApproved = isConditionTrue(status.conditions, approved)
  if (signer.kind === 'namespaced') {
    const why = 'signer is not cluster-scoped'
    return isApproved ? notify(why, signerUnsupported()) : ignore(why)
  }
  if (!isApproved) return ignore('not approved')
  return gateByIssuer(signer.ref, issuer)
}
