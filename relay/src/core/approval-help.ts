/**
 * Help for whoever wonders why nothing happens: without its permission to approve for our issuers
 * cert-manager leaves requests alone, and says so nowhere a user looks.
 *
 * @module
 */
import type { CertificateRequest } from '../api/certificate-request.ts'
import type { CertificateSigningRequest } from '../api/certificate-signing-request.ts'
import { CLUSTER_ISSUER, GROUP, ISSUER } from '../api/group.ts'
import { EVENT_ACTION, EVENT_REASON } from '../api/reasons.ts'
import type { AnyRequest } from '../api/request.ts'
import { ourIssuerRef } from './issuer-ref.ts'
import type { EventNote } from './status-messages.ts'

/** The ClusterRole in `deploy/rbac/cert-manager-approve.yaml`, named as every external issuer names it. */
export const APPROVE_ROLE = `cert-manager-controller-approve:${GROUP.replaceAll('.', '-')}`

/** An approver takes less than a second. */
const PATIENCE_MS = 30_000

/** @returns Milliseconds until a request that nobody approved is worth a word; 0 when it is now. */
export const helpInMs = ({ metadata }: AnyRequest, nowMs: number): number =>
  Math.max(0, metadata.createdMs + PATIENCE_MS - nowMs)

/** An Event that says what a request waits for, and what may be missing. */
export type ApprovalHelp = EventNote & { readonly note: string }

/** For a CertificateRequest: cert-manager approves it, once it may. */
export function approvalHelp(request: CertificateRequest): ApprovalHelp {
  const { namespace, name } = request.metadata
  return waitingForApproval(
    `Not signing CertificateRequest until it is approved. cert-manager approves requests for ${signerOf(request)} if the ClusterRole "${APPROVE_ROLE}" is bound to it by a ClusterRoleBinding (deploy/rbac/cert-manager-approve.yaml); by hand: cmctl approve --namespace ${namespace} ${name}`,
  )
}

/** For a CertificateSigningRequest: Kubernetes and cert-manager leave its approval to others. */
export const signingApprovalHelp = ({ metadata, spec }: CertificateSigningRequest): ApprovalHelp =>
  waitingForApproval(
    `Not signing CertificateSigningRequest until it is approved. Neither Kubernetes nor cert-manager approves requests for ${spec.signerName} by itself; whoever may "approve" for this signer does: kubectl certificate approve ${metadata.name}`,
  )

const waitingForApproval = (note: string): ApprovalHelp => ({
  type: 'Normal',
  reason: EVENT_REASON.waitingForApproval,
  action: EVENT_ACTION.synced,
  note,
})

/** As approvers name signers (cert-manager internal/webhook/admission/certificaterequest/approval). */
function signerOf(request: CertificateRequest): string {
  const ref = ourIssuerRef(request)
  if (ref?.namespace === undefined) return `${CLUSTER_ISSUER.plural}.${GROUP}/${ref?.name ?? '*'}`
  return `${ISSUER.plural}.${GROUP}/${ref.namespace}.${ref.name}`
}
