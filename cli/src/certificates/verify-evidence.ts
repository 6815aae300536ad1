/**
 * Verifies that the holder of a client's key signed a request with this body. All values come from the signed data,
 * never from the record.
 *
 * @module
 */
import { hash, verify } from 'node:crypto'
import {
  canonicalRequest,
  certificatesPath,
  contentDigest,
  decodeBase64,
  err,
  MAX_CLOCK_SKEW_SECONDS,
  NAME_PATTERN,
  ok,
  originSchema,
  readSignatureBase,
  type ReadSignatureBase,
  type Result,
  SIGNATURE_LIFETIME_SECONDS,
  type SignRequest,
  signRequestSchema,
  type TokenCredential,
} from '@edge-issuer/shared'
import { z } from 'zod'
import type { ClientKeys } from './client-keys.ts'
import type { ExportedRecord } from './exported-record.ts'
import { tokenFindings } from './verify-token-evidence.ts'

/** Maximum time from the check of a signature to the record of a certificate, in seconds. */
const MAX_LEDGER_SECONDS = 60

/** The signed request and the findings about it. */
export interface EvidenceCheck {
  /** `undefined` if the record has no body, or the body is not a request. */
  readonly request: SignRequest | undefined
  /** URL of the worker for which the request was signed. */
  readonly publicUrl: string | undefined
  /** The ServiceAccount token of the request, whose own signature is not checked here. */
  readonly credential?: TokenCredential | undefined
  readonly findings: readonly string[]
}

/**
 * Checks key, signature, signature base, body, origin and digest of one record.
 *
 * @param keys - Trusted client keys; signatures are not checked if `undefined`.
 */
export function verifyEvidence(
  record: ExportedRecord,
  keys: ClientKeys | undefined,
): EvidenceCheck {
  const { evidence } = record
  const read = readSignatureBase(evidence.signatureBase)
  if (read === undefined) {
    return {
      request: undefined,
      publicUrl: undefined,
      findings: ['the signature base is not that of a certificate request'],
    }
  }
  const target = readTarget(read.message.targetUri)
  const findings = [
    ...credentialFindings(record, read, { keys, publicUrl: target?.publicUrl }),
    ...baseFindings(record, read, target?.issuer),
  ]
  const { publicUrl } = target ?? {}
  const { credential } = read.message
  if (evidence.body === null) return { request: undefined, publicUrl, credential, findings }
  const request = readBody(evidence.body, read)
  if (!request.ok) {
    return { request: undefined, publicUrl, credential, findings: [...findings, request.error] }
  }
  const issuer = target?.issuer ?? ''
  return {
    request: request.value,
    publicUrl,
    credential,
    findings: [...findings, ...requestFindings(record, request.value, issuer)],
  }
}

interface EvidenceContext {
  readonly keys: ClientKeys | undefined
  readonly publicUrl: string | undefined
}

/** A key that comes with the request, or one of the trusted ones. */
function credentialFindings(
  record: ExportedRecord,
  read: ReadSignatureBase,
  { keys, publicUrl }: EvidenceContext,
): readonly string[] {
  const { credential } = read.message
  const { keyId } = read.parameters
  if (credential !== undefined) {
    const context = { credential, keyId, publicUrl, maxLedgerSeconds: MAX_LEDGER_SECONDS }
    return [...keyIdFindings(record, keyId), ...tokenFindings(record, context)]
  }
  const findings = signatureFindings(record, read, keys)
  return record.evidence.token === undefined
    ? findings
    : [...findings, 'evidence.token is not part of the signed request']
}

const keyIdFindings = ({ evidence }: ExportedRecord, keyId: string): readonly string[] =>
  keyId === evidence.keyId
    ? []
    : [`keyId is ${evidence.keyId}; the signature was made with key ${keyId}`]

function signatureFindings(
  record: ExportedRecord,
  { parameters }: ReadSignatureBase,
  keys: ClientKeys | undefined,
): readonly string[] {
  const findings = [...keyIdFindings(record, parameters.keyId)]
  const { client, evidence } = record
  const signature = decodeBase64(evidence.signature)
  if (signature === undefined) findings.push('the signature is not base64')
  if (keys === undefined) return findings
  const key = keys.keys.get(parameters.keyId)
  if (key === undefined) {
    return [
      ...findings,
      `the request is signed with key ${parameters.keyId}, which is not among --client-keys`,
    ]
  }
  if (
    signature !== undefined &&
    !verify(null, Buffer.from(evidence.signatureBase), key.key, signature)
  ) {
    findings.push(`the signature does not verify with key ${parameters.keyId}`)
  }
  if (key.client !== undefined && key.client !== client) {
    findings.push(`client is "${client}"; the key belongs to "${key.client}"`)
  }
  return findings
}

interface Target {
  readonly publicUrl: string
  readonly issuer: string
}

function readTarget(targetUri: string): Target | undefined {
  const found =
    /^(?<publicUrl>https:\/\/[^?#]+)\/v1\/issuers\/(?<issuer>[^/?#]+)\/certificates$/.exec(
      targetUri,
    )?.groups
  const { publicUrl = '', issuer = '' } = found ?? {}
  const isTarget = NAME_PATTERN.test(issuer) && publicUrl + certificatesPath(issuer) === targetUri
  return isTarget ? { publicUrl, issuer } : undefined
}

function baseFindings(
  { issuedAt, issuer, uid }: ExportedRecord,
  { message, parameters }: ReadSignatureBase,
  signedIssuer: string | undefined,
): readonly string[] {
  const { idempotencyKey } = message.body
  const { createdSeconds, expiresSeconds } = parameters
  const lifetime = expiresSeconds - createdSeconds
  const age = Date.parse(issuedAt) / 1000 - createdSeconds
  return [
    signedIssuer === undefined
      ? `the target URI ${message.targetUri} is not that of a certificate request`
      : signedIssuer === issuer
        ? undefined
        : `issuer is "${issuer}"; the request was signed for issuer "${signedIssuer}"`,
    idempotencyKey === uid
      ? undefined
      : `uid is "${uid}"; the request was signed with the idempotency key "${idempotencyKey}"`,
    lifetime >= 0 && lifetime <= SIGNATURE_LIFETIME_SECONDS
      ? undefined
      : `the signature lifetime of ${String(lifetime)} s exceeds the maximum of ${String(SIGNATURE_LIFETIME_SECONDS)} s`,
    age >= -MAX_CLOCK_SKEW_SECONDS && age <= MAX_CLOCK_SKEW_SECONDS + MAX_LEDGER_SECONDS
      ? undefined
      : `issuedAt is ${issuedAt}, ${String(age)} s after the request was signed`,
  ].filter((finding) => finding !== undefined)
}

/** Parses the body if its digest is the signed one (RFC 9530 §2). */
function readBody(base64: string, { message }: ReadSignatureBase): Result<SignRequest, string> {
  const body = decodeBase64(base64)
  if (body === undefined) return err('the body is not base64')
  const digest = contentDigest(hash('sha256', body, 'buffer'))
  if (digest !== message.body.contentDigest) {
    return err(
      `the digest of the body is ${digest}; the signed digest is ${message.body.contentDigest}`,
    )
  }
  const parsed = signRequestSchema.safeParse(parseBody(body))
  return parsed.success
    ? ok(parsed.data)
    : err(`the body is not a certificate request: ${oneLine(z.prettifyError(parsed.error))}`)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parseBody(body: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(body))
  } catch {
    return undefined
  }
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

function requestFindings(
  record: ExportedRecord,
  request: SignRequest,
  issuer: string,
): readonly string[] {
  const { origin, profile, requestDigest, uid } = record
  const members = Object.keys(originSchema.shape)
  const differing = members.filter(
    (member) => toText(Reflect.get(origin, member)) !== toText(Reflect.get(request.origin, member)),
  )
  const digest = hash('sha256', canonicalRequest(issuer, request))
  return [
    ...differing.map((member) => `origin.${member} differs from the signed request`),
    request.origin.uid === uid ? undefined : `uid is "${uid}"; the signed request has another uid`,
    requestDigest === digest ? undefined : 'requestDigest is not the digest of the signed request',
    request.profile === undefined || request.profile === profile
      ? undefined
      : `profile is "${profile}"; the request asked for "${request.profile}"`,
  ].filter((finding) => finding !== undefined)
}

const toText = (value: unknown): string => JSON.stringify(value)
