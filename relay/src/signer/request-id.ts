import { PROTOCOL_HEADER, REQUEST_ID_HEADER } from '@edge-issuer/shared'
import { REQUEST_ID_LABEL, type SignerFault } from '../api/signer-fault.ts'

/** A UUID, as workers make them. */
const REQUEST_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/**
 * Adds the id under which the worker logged the request. Only a worker has one; that of anything else would
 * be searched for in vain.
 *
 * @param header - Reads a header of the answer.
 */
export function withRequestId(
  fault: SignerFault,
  header: (name: string) => string | null,
): SignerFault {
  const requestId = header(REQUEST_ID_HEADER)
  if (header(PROTOCOL_HEADER) === null || requestId === null) return fault
  if (!REQUEST_ID.test(requestId)) return fault
  return { ...fault, requestId, message: `${fault.message}; ${REQUEST_ID_LABEL} ${requestId}` }
}
