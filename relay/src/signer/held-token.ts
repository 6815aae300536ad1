import { err, MAX_TOKEN_CHARACTERS, ok, type Result } from '@edge-issuer/shared'
import { z } from 'zod'

/** A token in use; times as those of `Clock.uptimeMs`, since clocks of two machines may differ. */
export interface HeldToken {
  readonly token: string
  /** `kid` of the API server's key that signed it; empty if it has none. */
  readonly signingKeyId: string
  readonly renewAtMs: number
  readonly expiresAtMs: number
}

/** Part of its lifetime after which a token is replaced. */
const RENEWAL_SHARE = 0.8

const headerSchema = z.object({ kid: z.string().default('') })
const claimsSchema = z.object({ iat: z.number(), exp: z.number() })

/**
 * Reads what the relay needs to know of a token. It verifies nothing: that is up to the worker.
 *
 * @param requestedAtMs - When it was requested: its lifetime counts from here, although it began later.
 * @returns What is wrong with the token, without any part of it.
 */
export function readHeldToken(token: string, requestedAtMs: number): Result<HeldToken, string> {
  if (token.length > MAX_TOKEN_CHARACTERS) {
    return err(
      `exceeds the maximum of ${String(MAX_TOKEN_CHARACTERS)} characters (${String(token.length)})`,
    )
  }
  const [header, claims] = token.split('.').map(decodePart)
  const readHeader = headerSchema.safeParse(header)
  const readClaims = claimsSchema.safeParse(claims)
  if (!readHeader.success || !readClaims.success) {
    return err('is malformed; expected a JWT with the claims iat and exp')
  }
  const lifetimeMs = (readClaims.data.exp - readClaims.data.iat) * 1_000
  return ok({
    token,
    signingKeyId: readHeader.data.kid,
    renewAtMs: requestedAtMs + lifetimeMs * RENEWAL_SHARE,
    expiresAtMs: requestedAtMs + lifetimeMs,
  })
}

function decodePart(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
