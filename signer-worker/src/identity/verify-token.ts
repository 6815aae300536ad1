/**
 * Verifies a ServiceAccount token (JWS, RFC 7515; JWT, RFC 7519) for one client and one key. Pure: keys and time are
 * parameters.
 *
 * @module
 */
import {
  err,
  MAX_CLOCK_SKEW_SECONDS,
  MAX_TOKEN_LIFETIME_SECONDS,
  ok,
  type Result,
} from '@edge-issuer/shared'
import type { JWK } from 'jose'
import {
  JOSEAlgNotAllowed,
  JWSSignatureVerificationFailed,
  JWTClaimValidationFailed,
  JWTExpired,
  JWTInvalid,
  JWSInvalid,
} from 'jose/errors'
import { jwtVerify } from 'jose/jwt/verify'
import * as z from 'zod/mini'
import type { FindTokenKey } from './token-keys.ts'

/** What API servers sign with: asymmetric, so that who can verify cannot sign. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

/** What a token must say. */
export interface TokenExpectations {
  /** `iss`, compared as text. */
  readonly issuer: string
  /** `aud`: this one and no other one. */
  readonly audience: string
  /** `sub` must be one of these. */
  readonly subjects: readonly string[]
  /** @returns The client's key with a `kid`; `undefined` if it has none. */
  readonly findKey: FindTokenKey
}

/** Why a token is refused; for the log only. */
export type TokenError =
  | 'keys_unavailable'
  | 'token_malformed'
  | 'token_algorithm_not_allowed'
  | 'token_key_unknown'
  | 'token_key_mismatch'
  | 'token_signature_invalid'
  | 'token_issuer_mismatch'
  | 'token_audience_mismatch'
  | 'token_subject_not_registered'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'token_lifetime_too_long'

/** The claims that are checked here; an API server adds others. */
const claimsSchema = z.object({
  aud: z.union([z.string(), z.array(z.string())]),
  sub: z.string(),
  iat: z.int(),
  exp: z.int(),
})

/** A verified token. */
export interface VerifiedToken {
  /** `kid` of the key that signed it. */
  readonly keyId: string
  readonly subject: string
}

/**
 * Checks the algorithm, the signature, then each claim.
 *
 * @param token - Of the spelling that `checkTokenCredential` accepts.
 */
export async function verifyToken(
  token: string,
  expected: TokenExpectations,
  nowMs: number,
): Promise<Result<VerifiedToken, TokenError>> {
  try {
    const { payload, protectedHeader } = await jwtVerify(
      token,
      async ({ kid }) => keyOf(expected.findKey, kid),
      {
        algorithms: ALGORITHMS,
        issuer: expected.issuer,
        clockTolerance: MAX_CLOCK_SKEW_SECONDS,
        currentDate: new Date(nowMs),
      },
    )
    const claims = claimsSchema.safeParse(payload)
    if (!claims.success) return err('token_malformed')
    const error = checkClaims(claims.data, expected, nowMs)
    const keyId = protectedHeader.kid ?? ''
    return error === undefined ? ok({ keyId, subject: claims.data.sub }) : err(error)
  } catch (error) {
    return err(toTokenError(error))
  }
}

/** The keys of the client could not be looked up. */
export class KeysUnavailable extends Error {}

/** The client has no key with the `kid` of the token. */
class UnknownKey extends Error {}

/** @throws UnknownKey, KeysUnavailable */
async function keyOf(findKey: FindTokenKey, kid: unknown): Promise<JWK> {
  const key = typeof kid === 'string' ? await findKey(kid) : undefined
  if (key === undefined) throw new UnknownKey('no key of the client has this kid')
  return key
}

function checkClaims(
  { aud, sub, iat, exp }: z.infer<typeof claimsSchema>,
  { audience, subjects }: TokenExpectations,
  nowMs: number,
): TokenError | undefined {
  const [first, ...others] = typeof aud === 'string' ? [aud] : aud
  // A token with a second audience is of use to someone else, too.
  if (first !== audience || others.length > 0) return 'token_audience_mismatch'
  if (!subjects.includes(sub)) return 'token_subject_not_registered'
  if (iat > nowMs / 1000 + MAX_CLOCK_SKEW_SECONDS) return 'token_not_yet_valid'
  return exp - iat > MAX_TOKEN_LIFETIME_SECONDS ? 'token_lifetime_too_long' : undefined
}

const CLAIM_ERRORS: Readonly<Record<string, TokenError>> = {
  iss: 'token_issuer_mismatch',
  nbf: 'token_not_yet_valid',
}

function toTokenError(error: unknown): TokenError {
  if (error instanceof KeysUnavailable) return 'keys_unavailable'
  if (error instanceof UnknownKey) return 'token_key_unknown'
  if (error instanceof JOSEAlgNotAllowed) return 'token_algorithm_not_allowed'
  if (error instanceof JWSSignatureVerificationFailed) return 'token_signature_invalid'
  if (error instanceof JWTExpired) return 'token_expired'
  if (error instanceof JWTClaimValidationFailed) {
    return CLAIM_ERRORS[error.claim] ?? 'token_malformed'
  }
  if (error instanceof JWSInvalid || error instanceof JWTInvalid) return 'token_malformed'
  // The key is of another type or curve than the algorithm of the header.
  return 'token_key_mismatch'
}
