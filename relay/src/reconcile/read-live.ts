/**
 * A request as the API server has it now: after a conflict, what was watched is old.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import type { AnyRequest } from '../api/request.ts'
import type { ApiError } from '../kube/api-error.ts'
import { refOfKey } from '../kube/object-ref.ts'
import type { Kube } from '../kube/ports.ts'
import type { RequestKind } from '../requests/request-adapter.ts'

/** @returns `undefined` for a request that is deleted. */
export async function readLive<R extends AnyRequest>(
  { resource, schema }: RequestKind<R>,
  { kube, key }: { readonly kube: Pick<Kube, 'getObject'>; readonly key: string },
  signal: AbortSignal,
): Promise<Result<R | undefined, ApiError>> {
  const live = await kube.getObject(resource, refOfKey(key), signal)
  if (!live.ok) return live.error.kind === 'not-found' ? ok(undefined) : live
  const request = schema.safeParse(live.value)
  return request.success
    ? ok(request.data)
    : err({ kind: 'invalid', message: z.prettifyError(request.error) })
}
