/**
 * Tokens of ServiceAccounts on the wire: TokenRequest and SelfSubjectReview (authentication.k8s.io/v1).
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'
import type { Resource } from '../api/group.ts'
import type { ApiError } from './api-error.ts'
import { collectionPath, objectPath } from './paths.ts'
import type { TokenRequest, TokenRequester } from './ports.ts'
import { callerSchema } from './reviews.ts'
import type { ApiRequest, Call } from './transport.ts'

const API_VERSION = 'authentication.k8s.io/v1'
const SELF_SUBJECT_REVIEW: Resource = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  namespaced: false,
}
const SERVICE_ACCOUNT: Resource = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
}
/** The API server may grant less. */
const EXPIRATION_SECONDS = 3_600

const tokenRequestSchema = z.object({ status: z.object({ token: z.string().min(1) }) })
const selfReviewSchema = z.object({ status: z.object({ userInfo: callerSchema }) })

/** Makes the requester. */
export const createTokenRequester = (call: Call): TokenRequester => ({
  requestToken: async (request, signal) => {
    const answer = await call(tokenRequest(request), signal)
    if (!answer.ok) return answer
    const read = tokenRequestSchema.safeParse(answer.value)
    return read.success ? ok(read.data.status.token) : malformed('a TokenRequest')
  },
  whoAmI: async (signal) => {
    const body = { apiVersion: API_VERSION, kind: SELF_SUBJECT_REVIEW.kind }
    const path = collectionPath(SELF_SUBJECT_REVIEW)
    const answer = await call({ method: 'POST', path, content: json(body) }, signal)
    if (!answer.ok) return answer
    const read = selfReviewSchema.safeParse(answer.value)
    return read.success ? ok(read.data.status.userInfo) : malformed('a SelfSubjectReview')
  },
})

function tokenRequest({ serviceAccount, audience, pod }: TokenRequest): ApiRequest {
  const body = {
    apiVersion: API_VERSION,
    kind: 'TokenRequest',
    spec: {
      audiences: [audience],
      expirationSeconds: EXPIRATION_SECONDS,
      ...(pod === undefined
        ? {}
        : { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod.name, uid: pod.uid } }),
    },
  }
  const path = `${objectPath(SERVICE_ACCOUNT, serviceAccount)}/token`
  return { method: 'POST', path, content: json(body) }
}

const json = (body: object): NonNullable<ApiRequest['content']> => ({
  type: 'application/json',
  body: JSON.stringify(body),
})

const malformed = (what: string): Result<never, ApiError> =>
  err({ kind: 'unavailable', message: `the answer of the API server is not ${what}` })
