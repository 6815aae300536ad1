/**
 * Secrets on the wire.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import type { ApiError } from './api-error.ts'
import type { Secret } from './ports.ts'

const secretSchema = z.object({
  metadata: z.object({ resourceVersion: z.string().min(1) }),
  data: z.record(z.string(), z.base64()).default({}),
})

/** Reads a Secret. The message names no value: what is wrong with a Secret may be the secret. */
export function parseSecret(body: unknown): Result<Secret, ApiError> {
  const secret = secretSchema.safeParse(body)
  if (!secret.success) {
    return err({ kind: 'unavailable', message: 'the answer of the API server is not a Secret' })
  }
  const { metadata, data } = secret.data
  const entries = Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64')])
  return ok({ resourceVersion: metadata.resourceVersion, data: Object.fromEntries(entries) })
}
