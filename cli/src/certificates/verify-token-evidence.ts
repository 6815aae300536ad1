/**
 * Verifies the evidence of a request that a ServiceAccount token authenticated: the key is in the signed data, the
 * token names it, and the cluster of the client signed the token.
 *
 * @module
 */
import { verify } from 'node:crypto'
import {
  decodeBase64,
  err,
  MAX_CLOCK_SKEW_SECONDS,
  ok,
  type Result,
  type TokenCredential,
  tokenAudience,
} from '@edge-issuer/shared'
import { readPublicKeyJwk } from '@edge-issuer/signer-worker/config'
import { type TokenKeys, verifyToken } from '@edge-issuer/signer-worker/token'
import { z } from 'zod'
import { parseJson } from '../files/parse-json.ts'
import type { ClientTokenKeys } from './client-keys.ts'
import type { ExportedRecord } from './exported-record.ts'

const claimsSchema = z.looseObject({
  aud: z.union([z.string(), z.array(z.string())]),
  iss: z.string(),
  sub: z.string(),
  iat: z.int(),
  exp: z.int(),
})

/** What else the signature base says. */
export interface TokenContext {
  readonly credential: TokenCredential
  readonly keyId: string
  /** `undefined` if the target URI is not that of a certificate request. */
  readonly publicUrl: string | undefined
  /** Maximum time from the check of a token to the record of a certificate, in seconds. */
  readonly maxLedgerSeconds: number
}

/** Checks key, signature, client and token of one record. */
export function tokenFindings(record: ExportedRecord, context: TokenContext): readonly string[] {
  const { credential } = context
  return [
    ...signatureFindings(record, context),
    ...(record.evidence.token === credential.token
      ? []
      : ['evidence.token is not the token of the signed request']),
    ...(record.client === credential.client
      ? []
      : [`client is "${record.client}"; the request was signed for client "${credential.client}"`]),
    ...claimFindings(record, context),
  ]
}

function signatureFindings(
  { evidence }: ExportedRecord,
  { credential, keyId }: TokenContext,
): readonly string[] {
  const key = readPublicKeyJwk(credential.publicKey)
  if (!key.ok) return [`the key in the signed request ${key.error}`]
  if (key.value.keyId !== keyId) {
    return [`keyid is ${keyId}; the thumbprint of the signed key is ${key.value.keyId}`]
  }
  const signature = decodeBase64(evidence.signature)
  const isSigned =
    signature !== undefined &&
    verify(null, Buffer.from(evidence.signatureBase), key.value.key, signature)
  return isSigned ? [] : [`the signature does not verify with key ${keyId}`]
}

function claimFindings(
  { issuedAt }: ExportedRecord,
  { credential, keyId, publicUrl, maxLedgerSeconds }: TokenContext,
): readonly string[] {
  const claims = readClaims(credential.token)
  if (!claims.ok) return [claims.error]
  const { aud, iat, exp } = claims.value
  const findings: string[] = []
  const audiences = typeof aud === 'string' ? [aud] : aud
  if (
    publicUrl !== undefined &&
    (audiences.length !== 1 || audiences[0] !== tokenAudience(publicUrl, keyId))
  ) {
    findings.push(`the token is for ${audiences.join(', ')}, not for this worker and key`)
  }
  const issuedSeconds = Date.parse(issuedAt) / 1000
  const isInTime =
    iat <= issuedSeconds + MAX_CLOCK_SKEW_SECONDS &&
    issuedSeconds <= exp + MAX_CLOCK_SKEW_SECONDS + maxLedgerSeconds
  if (!isInTime) findings.push(`issuedAt is ${issuedAt}, when the token was not valid`)
  return findings
}

/**
 * Checks that a trusted key of the client's cluster signed the token.
 *
 * @param trusted - Nothing is checked if `undefined`.
 */
export async function tokenSignatureFindings(
  client: string,
  { token }: TokenCredential,
  trusted: readonly ClientTokenKeys[] | undefined,
): Promise<readonly string[]> {
  const claims = readClaims(token)
  if (trusted === undefined || !claims.ok) return []
  const { aud, iat, iss, sub } = claims.value
  const keys = trusted.filter((one) => one.client === undefined || one.client === client)
  const findKey = async (kid: string): Promise<ReturnType<TokenKeys['get']>> =>
    Promise.resolve(keys.find((one) => one.keys.has(kid))?.keys.get(kid))
  // Everything that it says is checked against the signed request: here it is only its signature.
  const [audience = ''] = typeof aud === 'string' ? [aud] : aud
  const expected = { issuer: iss, subjects: [sub], audience, findKey }
  const verified = await verifyToken(token, expected, iat * 1000)
  if (verified.ok) return []
  return verified.error === 'token_key_unknown'
    ? ['the token is signed with a key that is not among --client-keys']
    : [`the token does not verify: ${verified.error}`]
}

function readClaims(token: string): Result<z.infer<typeof claimsSchema>, string> {
  const [, payload = ''] = token.split('.')
  const claims = claimsSchema.safeParse(
    parseJson(Buffer.from(payload, 'base64url').toString('utf8')),
  )
  return claims.success ? ok(claims.data) : err('the token is not a ServiceAccount token')
}
