/**
 * Leases (coordination.k8s.io/v1) on the wire. An update is a merge patch on the version that was
 * read: as safe as a replacement, and what others keep in the object stays.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { apiVersionOf, LEASE } from '../api/group.ts'
import type { ApiError } from './api-error.ts'
import { collectionPath, objectPath } from './paths.ts'
import type { Lease, LeaseStore } from './ports.ts'
import type { Call } from './transport.ts'

/** Every field is optional in the API; one that is absent says nothing of a holder. */
const leaseSchema = z.object({
  metadata: z.object({ resourceVersion: z.string().min(1) }),
  spec: z
    .object({
      holderIdentity: z.string().default(''),
      leaseDurationSeconds: z.int().positive().default(1),
      acquireTime: z.string().optional(),
      renewTime: z.string().optional(),
      leaseTransitions: z.int().nonnegative().default(0),
    })
    .prefault({}),
})

/** Reads a Lease as the API server writes it. */
export function parseLease(body: unknown): Result<Lease, ApiError> {
  const lease = leaseSchema.safeParse(body)
  if (!lease.success) {
    return err({ kind: 'unavailable', message: 'the answer of the API server is not a Lease' })
  }
  const { metadata, spec } = lease.data
  return ok({ resourceVersion: metadata.resourceVersion, spec })
}

/** Makes the store. */
export function createLeaseStore(call: Call): LeaseStore {
  const exchange = async (...request: Parameters<Call>): Promise<Result<Lease, ApiError>> => {
    const answer = await call(...request)
    return answer.ok ? parseLease(answer.value) : answer
  }
  return {
    getLease: async (ref, signal) =>
      exchange({ method: 'GET', path: objectPath(LEASE, ref) }, signal),
    createLease: async (ref, spec, signal) => {
      const body = { apiVersion: apiVersionOf(LEASE), kind: LEASE.kind, metadata: ref, spec }
      const content = { type: 'application/json', body: JSON.stringify(body) }
      return exchange(
        { method: 'POST', path: collectionPath(LEASE, ref.namespace), content },
        signal,
      )
    },
    updateLease: async (ref, { resourceVersion, spec }, signal) => {
      const body = { metadata: { resourceVersion }, spec }
      const content = { type: 'application/merge-patch+json', body: JSON.stringify(body) }
      return exchange({ method: 'PATCH', path: objectPath(LEASE, ref), content }, signal)
    },
  }
}
