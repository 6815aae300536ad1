import { PROTOCOL_HEADER, REQUEST_ID_HEADER } from '@edge-issuer/shared'
import { REQUEST_ID_LABEL, type SignerError } from '../api/signer-error.ts'

/** A UUID, as workers make them. */
const REQUEST_ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/**
 * @param header - Reads a header of an answer.
 * @returns The id under which the worker logged the request. Only a worker has one; the id of another
 *   server is not in the worker's log.
 */
export function requestIdOf(header: (name: string) => string | null): string | undefined {
  const requestId = header(REQUEST_ID_HEADER)
  if (header(PROTOCOL_HEADER) === null || requestId === null) return undefined
  return REQUEST_ID.test(requestId) ? requestId : undefined
}

/** Adds the request id of an answer to what is wrong with it. */
export const addRequestId = (error: SignerError, requestId: string | undefined): SignerError =>
  requestId === undefined
    ? error
    : { ...error, requestId, message: `${error.message}; ${REQUEST_ID_LABEL} ${requestId}` }

/** As {@link addRequestId}, with the id that the headers name. @param header - Reads a header of the answer. */
export const withRequestId = (
  error: SignerError,
  header: (name: string) => string | null,
): SignerError => addRequestId(error, requestIdOf(header))
