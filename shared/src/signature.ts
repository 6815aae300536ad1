/**
 * How a request is authenticated: a closed profile of RFC 9421 (HTTP Message Signatures) with
 * Ed25519 and an RFC 9530 digest of the body. Pure: builds and checks text; the caller signs.
 *
 * The profile is a legal RFC 9421 message, so any library can produce it; but the verifier accepts
 * one spelling only, so it needs no general parser: the message decides which components are covered,
 * the parameters are read by one anchored expression, and the signature base is rebuilt from the
 * verifier's own values.
 *
 * @module
 */
import { decodeBase64, encodeBase64 } from './base64.ts'
import {
  CLIENT_HEADER,
  IDEMPOTENCY_KEY_HEADER,
  JSON_CONTENT_TYPE,
  KEY_HEADER,
  MAX_CLOCK_SKEW_SECONDS,
  MAX_TOKEN_CHARACTERS,
  NAME_PATTERN,
  PROTOCOL_HEADER,
  SIGNATURE_LIFETIME_SECONDS,
  TOKEN_HEADER,
} from './protocol.ts'
import { err, ok, type Result } from './result.ts'

/** Dictionary key of the one signature in `Signature-Input` and `Signature` (RFC 9421 §4). */
const LABEL = 'relay'

/** Application tag (RFC 9421 §2.3): names this profile, so no other use of the key can be replayed. */
const TAG = 'csr-relay-1'

/** An Ed25519 signature, in bytes (RFC 8032 §5.1.6). */
const SIGNATURE_BYTES = 64

/** The methods of the profile: POST and PUT have a body; PUT and DELETE have a precondition. */
export type SignedMethod = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** The one precondition of a PUT or DELETE (RFC 9110 §13.1). */
export interface Precondition {
  readonly header: (typeof PRECONDITION_HEADERS)[number]
  /** A strong entity tag for `if-match`; `*` for `if-none-match`. */
  readonly value: string
}

/** A key that is not registered, and the ServiceAccount token that is bound to it. */
export interface TokenCredential {
  /** The client that the token belongs to: only its issuer, keys and subjects count. */
  readonly client: string
  /** The Ed25519 public key (`x` of RFC 8037 §2), base64url; `keyid` is its thumbprint. */
  readonly publicKey: string
  /** JWS in its compact form (RFC 7515 §7.1). */
  readonly token: string
}

/** What the signature covers, besides its own parameters. */
export interface SignedMessage {
  readonly method: SignedMethod
  /** Absolute URI; the worker builds it from its configured public URL, never from the socket. */
  readonly targetUri: string
  readonly protocolVersion: string
  /** Of POST and PUT. */
  readonly body?: { readonly contentDigest: string; readonly idempotencyKey: string }
  /** Of PUT and DELETE. */
  readonly precondition?: Precondition
  /** Absent when a registered key signs. */
  readonly credential?: TokenCredential
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

const PARAMETERS =
  ';created=(?<created>\\d{10});expires=(?<expires>\\d{10});nonce="(?<nonce>[A-Za-z0-9_-]{22})"' +
  `;keyid="(?<keyId>[A-Za-z0-9_-]{43})";alg="ed25519";tag="${TAG}"`

/** The components are compared afterwards with the one list that the message has. */
const INPUT_PATTERN = new RegExp(String.raw`^${LABEL}=\([^()]{1,256}\)${PARAMETERS}$`)

/** Exactly one of these is in a PUT or DELETE. */
export const PRECONDITION_HEADERS = ['if-match', 'if-none-match'] as const

const PRECONDITION_PATTERNS = {
  'if-match': /^"[A-Za-z0-9_-]{1,64}"$/,
  'if-none-match': /^\*$/,
}

const PUBLIC_KEY_PATTERN = /^[A-Za-z0-9_-]{43}$/

/** Also with an empty signature, so that an unsigned token is refused for its algorithm. */
const TOKEN_PATTERN = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/

/**
 * Lines of a base end at a line feed, which no value holds (RFC 9421 §2.5). The last line is compared
 * afterwards with the one that the message has.
 */
const BASE_PATTERN = new RegExp(
  [
    '^"@method": POST',
    String.raw`"@target-uri": (?<targetUri>https:\/\/[\x21-\x7e]+)`,
    `"content-type": ${JSON_CONTENT_TYPE}`,
    '"content-digest": (?<digest>sha-256=:[A-Za-z0-9+/]{43}=:)',
    String.raw`"${IDEMPOTENCY_KEY_HEADER}": (?<key>[\x21-\x7e]+)`,
    String.raw`"${PROTOCOL_HEADER}": (?<version>\d{1,4}\.\d{1,4})`,
    String.raw`(?:"${CLIENT_HEADER}": (?<client>[a-z0-9-]{1,63})`,
    `"${KEY_HEADER}": (?<publicKey>[A-Za-z0-9_-]{43})`,
    String.raw`"${TOKEN_HEADER}": (?<token>[A-Za-z0-9_.-]+)`,
    String.raw`)?"@signature-params": \([^()]{1,256}\)${PARAMETERS}$`,
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
  const lines = componentsOf(message).map(([name, value]) => `"${name}": ${value}`)
  return [...lines, `"@signature-params": ${signatureParams(message, parameters)}`].join('\n')
}

/** What is covered, in the one order: names (RFC 9421 §2.1, §2.2) with their values. */
function componentsOf(message: SignedMessage): readonly (readonly [name: string, value: string])[] {
  const { method, targetUri, protocolVersion, body, precondition, credential } = message
  const components: (readonly [string, string])[] = [
    ['@method', method],
    ['@target-uri', targetUri],
  ]
  if (body !== undefined) {
    components.push(
      ['content-type', JSON_CONTENT_TYPE],
      ['content-digest', body.contentDigest],
      [IDEMPOTENCY_KEY_HEADER, body.idempotencyKey],
    )
  }
  components.push([PROTOCOL_HEADER, protocolVersion])
  if (precondition !== undefined) components.push([precondition.header, precondition.value])
  if (credential !== undefined) {
    components.push(
      [CLIENT_HEADER, credential.client],
      [KEY_HEADER, credential.publicKey],
      [TOKEN_HEADER, credential.token],
    )
  }
  return components
}

/** @returns The headers of a message that its signature covers; the signature's own are not among them. */
export const coveredHeaders = (message: SignedMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(componentsOf(message).filter(([name]) => !name.startsWith('@')))

/** Whether a precondition has the one spelling of the profile. */
export const isPrecondition = ({ header, value }: Precondition): boolean =>
  PRECONDITION_PATTERNS[header].test(value)

/** What is wrong with the spelling of a credential; its contents are checked elsewhere. */
export type TokenCredentialError =
  | 'client_malformed'
  | 'key_malformed'
  | 'token_too_long'
  | 'token_malformed'

/** Checks the spelling of the three headers of a credential, before anything is decoded. */
export function checkTokenCredential({
  client,
  publicKey,
  token,
}: TokenCredential): Result<void, TokenCredentialError> {
  if (!NAME_PATTERN.test(client)) return err('client_malformed')
  if (!PUBLIC_KEY_PATTERN.test(publicKey)) return err('key_malformed')
  if (token.length > MAX_TOKEN_CHARACTERS) return err('token_too_long')
  return TOKEN_PATTERN.test(token) ? ok(undefined) : err('token_malformed')
}

/** A request that was signed with a body, as its signature base says. */
export interface ReadSignatureBase {
  readonly message: SignedMessage & Required<Pick<SignedMessage, 'body'>>
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
  const { targetUri = '', digest = '', key = '', version = '' } = found
  const { client = '', publicKey = '', token } = found
  const message = {
    method: 'POST',
    targetUri,
    protocolVersion: version,
    body: { contentDigest: digest, idempotencyKey: key },
    ...(token === undefined ? {} : { credential: { client, publicKey, token } }),
  } as const
  const parameters = readParameters(found)
  return signatureBase(message, parameters) === base ? { message, parameters } : undefined
}

/**
 * Reads the two headers of a request.
 *
 * @param message - What the signature must cover, as it arrived.
 * @param headers - `Signature-Input` and `Signature`; a header sent twice arrives joined by a comma
 *   and is refused with every other spelling.
 * @returns `undefined` for anything but the one spelling that the profile has for this message.
 */
export function readSignature(
  message: SignedMessage,
  headers: { readonly signatureInput: string; readonly signature: string },
): ReadSignature | undefined {
  const found = INPUT_PATTERN.exec(headers.signatureInput)?.groups
  const encoded = SIGNATURE_PATTERN.exec(headers.signature)?.[1]
  const signature = encoded === undefined ? undefined : decodeBase64(encoded)
  if (found === undefined || signature?.length !== SIGNATURE_BYTES) return undefined
  const parameters = readParameters(found)
  return signatureInput(message, parameters) === headers.signatureInput
    ? { parameters, signature }
    : undefined
}

const readParameters = (groups: Readonly<Record<string, string>>): SignatureParameters => ({
  createdSeconds: Number(groups['created']),
  expiresSeconds: Number(groups['expires']),
  nonce: groups['nonce'] ?? '',
  keyId: groups['keyId'] ?? '',
})

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
  const components = componentsOf(message)
    .map(([name]) => `"${name}"`)
    .join(' ')
  const { createdSeconds, expiresSeconds, nonce, keyId } = parameters
  return (
    `(${components});created=${String(createdSeconds)};expires=${String(expiresSeconds)}` +
    `;nonce="${nonce}";keyid="${keyId}";alg="ed25519";tag="${TAG}"`
  )
}
