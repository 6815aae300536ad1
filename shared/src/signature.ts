/**
 * How a request is authenticated: a closed profile of RFC 9421 (HTTP Message Signatures) with
 * Ed25519 and an RFC 9530 digest of the body. Pure: builds and checks text; the caller signs.
 *
 * The profile is a legal RFC 9421 message, so any library can produce it; but the verifier accepts
 * one spelling only, so it needs no general parser: the header is read by one anchored expression
 * and the signature base is rebuilt from the verifier's own values.
 *
 * @module
 */
import { decodeBase64, encodeBase64 } from './base64.ts'
import {
  IDEMPOTENCY_KEY_HEADER,
  JSON_CONTENT_TYPE,
  MAX_CLOCK_SKEW_SECONDS,
  PROTOCOL_HEADER,
  SIGNATURE_LIFETIME_SECONDS,
} from './protocol.ts'
import { err, ok, type Result } from './result.ts'

/** Dictionary key of the one signature in `Signature-Input` and `Signature` (RFC 9421 §4). */
const LABEL = 'relay'

/** Application tag (RFC 9421 §2.3): names this profile, so no other use of the key can be replayed. */
const TAG = 'csr-relay-1'

/** An Ed25519 signature, in bytes (RFC 8032 §5.1.6). */
const SIGNATURE_BYTES = 64

/** What the signature covers, besides its own parameters. */
export interface SignedMessage {
  readonly method: 'GET' | 'POST'
  /** Absolute URI; the worker builds it from its configured public URL, never from the socket. */
  readonly targetUri: string
  readonly protocolVersion: string
  /** Absent for GET. */
  readonly body?: { readonly contentDigest: string; readonly idempotencyKey: string }
}

/** The parameters that vary (RFC 9421 §2.3). */
export interface SignatureParameters {
  /** Seconds since the epoch. */
  readonly createdSeconds: number
  /** Seconds since the epoch. */
  readonly expiresSeconds: number
  /** 16 random bytes as unpadded base64url (RFC 4648 §5). */
  readonly nonce: string
  /** RFC 7638 thumbprint of the client's public key, base64url. */
  readonly keyId: string
}

/** The two header values of a signed request, read. */
export interface ReadSignature {
  readonly parameters: SignatureParameters
  readonly signature: Uint8Array
}

/** Why the time window refuses a signature. */
export type SignatureWindowError = 'lifetime_too_long' | 'created_out_of_window' | 'expired'

const GET_COMPONENTS = `"@method" "@target-uri" "${PROTOCOL_HEADER}"`
const POST_COMPONENTS = `"@method" "@target-uri" "content-type" "content-digest" "${IDEMPOTENCY_KEY_HEADER}" "${PROTOCOL_HEADER}"`

const PARAMETERS =
  ';created=(?<created>\\d{10});expires=(?<expires>\\d{10});nonce="(?<nonce>[A-Za-z0-9_-]{22})"' +
  `;keyid="(?<keyId>[A-Za-z0-9_-]{43})";alg="ed25519";tag="${TAG}"`

const INPUT_PATTERNS = {
  GET: new RegExp(`^${LABEL}=\\(${GET_COMPONENTS}\\)${PARAMETERS}$`),
  POST: new RegExp(`^${LABEL}=\\(${POST_COMPONENTS}\\)${PARAMETERS}$`),
}

/** Lines of a base end at a line feed, which no value holds (RFC 9421 §2.5). */
const BASE_PATTERN = new RegExp(
  [
    '^"@method": POST',
    String.raw`"@target-uri": (?<targetUri>https:\/\/[\x21-\x7e]+)`,
    `"content-type": ${JSON_CONTENT_TYPE}`,
    '"content-digest": (?<digest>sha-256=:[A-Za-z0-9+/]{43}=:)',
    String.raw`"${IDEMPOTENCY_KEY_HEADER}": (?<key>[\x21-\x7e]+)`,
    String.raw`"${PROTOCOL_HEADER}": (?<version>\d{1,4}\.\d{1,4})`,
    String.raw`"@signature-params": \(${POST_COMPONENTS}\)${PARAMETERS}$`,
  ].join(String.raw`\n`),
)

const SIGNATURE_PATTERN = new RegExp(`^${LABEL}=:([A-Za-z0-9+/]{86}==):$`)

/**
 * What the `keyid` is the SHA-256 of: the members that RFC 8037 §2 requires, in lexicographic order
 * (RFC 7638 §3.2).
 *
 * @param x - The public key, base64url.
 */
export const canonicalEd25519Jwk = (x: string): string =>
  JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x })

/** @returns `Content-Digest` (RFC 9530 §2) for a SHA-256 digest of the body. */
export const contentDigest = (sha256: Uint8Array): string => `sha-256=:${encodeBase64(sha256)}:`

/** @returns The value of `Signature-Input` (RFC 9421 §4.1). */
export function signatureInput(message: SignedMessage, parameters: SignatureParameters): string {
  return `${LABEL}=${signatureParams(message, parameters)}`
}

/** @returns The value of `Signature` (RFC 9421 §4.2). */
export const signatureHeader = (signature: Uint8Array): string =>
  `${LABEL}=:${encodeBase64(signature)}:`

/** @returns The signature base (RFC 9421 §2.5): what Ed25519 signs, as UTF-8. */
export function signatureBase(message: SignedMessage, parameters: SignatureParameters): string {
  const { method, targetUri, protocolVersion, body } = message
  const lines = [`"@method": ${method}`, `"@target-uri": ${targetUri}`]
  if (body !== undefined) {
    lines.push(
      `"content-type": ${JSON_CONTENT_TYPE}`,
      `"content-digest": ${body.contentDigest}`,
      `"${IDEMPOTENCY_KEY_HEADER}": ${body.idempotencyKey}`,
    )
  }
  lines.push(
    `"${PROTOCOL_HEADER}": ${protocolVersion}`,
    `"@signature-params": ${signatureParams(message, parameters)}`,
  )
  return lines.join('\n')
}

/** A request that was signed with a body, as its signature base says. */
export interface ReadSignatureBase {
  readonly message: Required<SignedMessage>
  readonly parameters: SignatureParameters
}

/**
 * Reads a signature base (RFC 9421 §2.5) of a POST back, for those who check a signature that was kept.
 *
 * @returns `undefined` for anything but what {@link signatureBase} gives.
 */
export function readSignatureBase(base: string): ReadSignatureBase | undefined {
  const found = BASE_PATTERN.exec(base)?.groups
  if (found === undefined) return undefined
  const { targetUri = '', digest = '', key = '', version = '', created, expires } = found
  const message = {
    method: 'POST',
    targetUri,
    protocolVersion: version,
    body: { contentDigest: digest, idempotencyKey: key },
  } as const
  const parameters = {
    createdSeconds: Number(created),
    expiresSeconds: Number(expires),
    nonce: found['nonce'] ?? '',
    keyId: found['keyId'] ?? '',
  }
  return signatureBase(message, parameters) === base ? { message, parameters } : undefined
}

/**
 * Reads the two headers of a request.
 *
 * @param headers - `Signature-Input` and `Signature`; a header sent twice arrives joined by a comma
 *   and is refused with every other spelling.
 * @returns `undefined` for anything but the one spelling of the profile.
 */
export function readSignature(
  method: SignedMessage['method'],
  headers: { readonly signatureInput: string; readonly signature: string },
): ReadSignature | undefined {
  const input = INPUT_PATTERNS[method].exec(headers.signatureInput)
  const encoded = SIGNATURE_PATTERN.exec(headers.signature)?.[1]
  const signature = encoded === undefined ? undefined : decodeBase64(encoded)
  if (input === null || signature?.length !== SIGNATURE_BYTES) return undefined
  const [, created = '', expires = '', nonce = '', keyId = ''] = input
  return {
    parameters: {
      createdSeconds: Number(created),
      expiresSeconds: Number(expires),
      nonce,
      keyId,
    },
    signature,
  }
}

/**
 * Checks the time window: `created` within {@link MAX_CLOCK_SKEW_SECONDS} of the verifier's clock,
 * not yet expired, and a lifetime of at most {@link SIGNATURE_LIFETIME_SECONDS}.
 */
export function checkSignatureWindow(
  { createdSeconds, expiresSeconds }: SignatureParameters,
  nowMs: number,
): Result<void, SignatureWindowError> {
  const nowSeconds = nowMs / 1000
  const lifetimeSeconds = expiresSeconds - createdSeconds
  if (lifetimeSeconds < 0 || lifetimeSeconds > SIGNATURE_LIFETIME_SECONDS) {
    return err('lifetime_too_long')
  }
  if (Math.abs(nowSeconds - createdSeconds) > MAX_CLOCK_SKEW_SECONDS) {
    return err('created_out_of_window')
  }
  return nowSeconds > expiresSeconds ? err('expired') : ok(undefined)
}

function signatureParams(message: SignedMessage, parameters: SignatureParameters): string {
  const components = message.body === undefined ? GET_COMPONENTS : POST_COMPONENTS
  const { createdSeconds, expiresSeconds, nonce, keyId } = parameters
  return (
    `(${components});created=${String(createdSeconds)};expires=${String(expiresSeconds)}` +
    `;nonce="${nonce}";keyid="${keyId}";alg="ed25519";tag="${TAG}"`
  )
}
