/**
 * The message to the worker, checked by the protocol's own schema before it leaves.
 *
 * @module
 */
import {
  decodeBase64,
  decodePemRequest,
  encodeBase64,
  err,
  ok,
  type Result,
  type SignRequest,
  signRequestSchema,
} from '@edge-issuer/shared'
import { z } from 'zod'

/**
 * @param request - `spec.request` of either kind of request: base64 of a PEM PKCS#10.
 * @param fields - All the rest.
 * @returns What is wrong with the request when it cannot be said at all; that is permanent, since a
 *   request's spec never changes. What the worker may judge is left to the worker.
 */
export function signMessage(
  request: string,
  fields: Readonly<Record<Exclude<keyof SignRequest, 'csr'>, unknown>>,
): Result<SignRequest, string> {
  const csr = readCsr(request)
  if (!csr.ok) return csr
  const message = signRequestSchema.safeParse({ ...fields, csr: encodeBase64(csr.value) })
  return message.success ? ok(message.data) : err(z.prettifyError(message.error))
}

function readCsr(base64: string): Result<Uint8Array, string> {
  const bytes = decodeBase64(base64)
  if (bytes === undefined) return err('spec.request is not base64')
  const der = decodePemRequest(bytes)
  return der.ok ? der : err(`spec.request ${der.error}`)
}
