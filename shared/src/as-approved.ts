import type { SignOrigin } from './messages.ts'
import { type CertificationRequest, withMicrosoftExtensions } from './x509/certification-request.ts'

/**
 * A certification request as its approver read it. In a cluster no approver sees what Microsoft's
 * attribute asks for; on the command line there is no approver who could overlook it.
 */
export const asApproved = (
  request: CertificationRequest,
  { kind }: Pick<SignOrigin, 'kind'>,
): CertificationRequest => (kind === 'CommandLine' ? withMicrosoftExtensions(request) : request)
