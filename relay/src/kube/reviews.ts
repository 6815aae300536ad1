/**
 * Asks the API server who a caller is, and what it may do: TokenReview (authentication.k8s.io/v1) and
 * SubjectAccessReview (authorization.k8s.io/v1).
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import { apiVersionOf, type Resource } from '../api/group.ts'
import type { ApiError } from './api-error.ts'
import { collectionPath } from './paths.ts'
import type { AccessReviewer, Caller } from './ports.ts'
import type { Call } from './transport.ts'

const TOKEN_REVIEW: Resource = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  namespaced: false,
}
const SUBJECT_ACCESS_REVIEW: Resource = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SubjectAccessReview',
  plural: 'subjectaccessreviews',
  namespaced: false,
}

/** Reads a UserInfo. */
export const callerSchema = z.object({
  username: z.string().default(''),
  uid: z.string().default(''),
  groups: z.array(z.string()).default([]),
  extra: z.record(z.string(), z.array(z.string())).default({}),
})
const tokenReviewSchema = z.object({
  status: z.object({ authenticated: z.boolean().default(false), user: callerSchema.optional() }),
})
const accessReviewSchema = z.object({
  status: z.object({ allowed: z.boolean().default(false), denied: z.boolean().default(false) }),
})

/** Makes the reviewer. */
export function createAccessReviewer(call: Call): AccessReviewer {
  const review = async (
    resource: Resource,
    spec: object,
    signal: AbortSignal,
  ): Promise<Result<unknown, ApiError>> => {
    const body = { apiVersion: apiVersionOf(resource), kind: resource.kind, spec }
    const content = { type: 'application/json', body: JSON.stringify(body) }
    return call({ method: 'POST', path: collectionPath(resource), content }, signal)
  }
  return {
    reviewToken: async (token, signal) => {
      const answer = await review(TOKEN_REVIEW, { token }, signal)
      return answer.ok ? callerOf(answer.value) : answer
    },
    reviewAccess: async ({ caller, path, verb }, signal) => {
      const { username: user, ...rest } = caller
      const spec = { user, ...rest, nonResourceAttributes: { path, verb } }
      const answer = await review(SUBJECT_ACCESS_REVIEW, spec, signal)
      if (!answer.ok) return answer
      const read = accessReviewSchema.safeParse(answer.value)
      if (!read.success) return senseless('a SubjectAccessReview')
      return ok(read.data.status.allowed && !read.data.status.denied)
    },
  }
}

function callerOf(body: unknown): Result<Caller | undefined, ApiError> {
  const read = tokenReviewSchema.safeParse(body)
  if (!read.success) return senseless('a TokenReview')
  const { authenticated, user } = read.data.status
  return ok(authenticated ? user : undefined)
}

const senseless = (what: string): Result<never, ApiError> =>
  err({ kind: 'unavailable', message: `the answer of the API server is not ${what}` })
