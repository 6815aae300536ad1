/**
 * The push of a cluster's token keys: `POST` of a JWK set (RFC 7517 §5), as the API server publishes it under
 * `/openid/v1/jwks`, signed with a token of a key that the worker still knows.
 *
 * @module
 */
import * as z from 'zod/mini'

/** Most keys of one set. */
export const MAX_JWKS_KEYS = 10

/** The answer to a push. */
export const jwksPushAnswerSchema = z.object({
  /** `kid` of each key that may sign tokens now: those of the set, then those that left it not long ago. */
  keyIds: z.array(z.string()),
  /** Whether the set differs from the one that the worker had. */
  isChanged: z.boolean(),
})
export type JwksPushAnswer = z.infer<typeof jwksPushAnswerSchema>
