/**
 * An issuer as the API server has it now: what is not kept in memory is read when it is needed.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { CLUSTER_ISSUER, ISSUER } from '../api/group.ts'
import {
  caBundleHash,
  type Issuer,
  type IssuerDetails,
  issuerDetailsSchema,
} from '../api/issuer.ts'
import { issuerRefOf } from '../core/issuer-ref.ts'
import { keptUrl } from '../core/kept-objects.ts'
import type { ApiError } from '../kube/api-error.ts'
import type { Kube } from '../kube/ports.ts'

/**
 * @param issuer - As last seen.
 * @returns A conflict when the worker that it names is another one by now; the watch will report it.
 */
export async function readIssuerDetails(
  issuer: Issuer,
  kube: Pick<Kube, 'getObject'>,
  signal: AbortSignal,
): Promise<Result<IssuerDetails, ApiError>> {
  const { kind, namespace, name } = issuerRefOf(issuer)
  const resource = kind === 'Issuer' ? ISSUER : CLUSTER_ISSUER
  const ref = namespace === undefined ? { name } : { namespace, name }
  const live = await kube.getObject(resource, ref, signal)
  if (!live.ok) return live
  const details = issuerDetailsSchema.safeParse(live.value)
  if (!details.success) {
    return err({ kind: 'invalid', message: z.prettifyError(details.error) })
  }
  const { metadata, spec } = details.data
  const isSame =
    metadata.uid === issuer.metadata.uid &&
    keptUrl(spec.url) === keptUrl(issuer.spec.url) &&
    caBundleHash(spec.caBundle) === issuer.spec.caBundleHash
  return isSame ? ok(details.data) : err({ kind: 'conflict', message: 'the issuer has changed' })
}
