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
  MAX_GROUP_CHARACTERS,
  MAX_GROUPS,
  MAX_USER_BYTES,
  ok,
  type Result,
  type SignRequest,
  signRequestSchema,
  userBytes,
} from '@edge-issuer/shared'
import { z } from 'zod'

/** cert-manager's DefaultCertificateDuration (pkg/apis/certmanager/v1): 90 days. */
export const DEFAULT_DURATION_SECONDS = 7_776_000

/**
 * @param request - `spec.request` of either kind of request: base64 of a PEM PKCS#10.
 * @param fields - All the rest.
 * @returns What is wrong with the request when it cannot be said at all; that is permanent, since a
 *   request's spec never changes. The worker checks the rest.
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

/**
 * The groups of a requester that the protocol has room for, in their order: they are kept with the
 * certificate as information, so a directory service that puts a user in hundreds of groups must not
 * prevent it.
 */
export function sentGroups({
  username,
  groups,
}: {
  readonly username: string
  readonly groups: readonly string[]
}): readonly string[] {
  const sent: string[] = []
  let bytes = userBytes(username, [])
  for (const group of groups) {
    const size = userBytes(group, [])
    if (group.length > MAX_GROUP_CHARACTERS || bytes + size > MAX_USER_BYTES) continue
    if (sent.length === MAX_GROUPS) break
    sent.push(group)
    bytes += size
  }
  return sent
}
