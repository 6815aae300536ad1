/**
 * What the evidence of one certificate proves: that the holder of a client's key signed a request with
 * this body. Everything is taken from what was signed, never from the record that is checked.
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
} from '@edge-issuer/shared'
import { z } from 'zod'
import type { ClientKeys } from './client-keys.ts'
import type { ExportedRecord } from './exported-record.ts'

/** Longest time from the check of a signature to the record of a certificate, in seconds. */
const MAX_LEDGER_SECONDS = 60

/** The request that was signed, and what does not fit to it. */
export interface EvidenceCheck {
  /** Absent where the body was not kept, or is not a request. */
  readonly request: SignRequest | undefined
  /** `https` URL of the worker that the request was signed for. */
  readonly publicUrl: string | undefined
  readonly findings: readonly string[]
}

/**
 * Checks key, signature, signature base, body, origin and digest of one record.
 *
 * @param keys - The client keys that are trusted; without them signatures are not checked.
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
      findings: ['the signature base is not one of a request for a certificate'],
    }
  }
  const target = readTarget(read.message.targetUri)
  const findings = [
    ...signatureFindings(record, read, keys),
    ...baseFindings(record, read, target?.issuer),
  ]
  const { publicUrl } = target ?? {}
  if (evidence.body === null) return { request: undefined, publicUrl, findings }
  const request = readBody(evidence.body, read)
  if (!request.ok) {
    return { request: undefined, publicUrl, findings: [...findings, request.error] }
  }
  const issuer = target?.issuer ?? ''
  return {
    request: request.value,
    publicUrl,
    findings: [...findings, ...requestFindings(record, request.value, issuer)],
  }
}

function signatureFindings(
  { client, evidence }: ExportedRecord,
  { parameters }: ReadSignatureBase,
  keys: ClientKeys | undefined,
): readonly string[] {
  const findings: string[] = []
  if (parameters.keyId !== evidence.keyId) {
    findings.push(`keyId ${evidence.keyId} is not the key of the signature, ${parameters.keyId}`)
  }
  const signature = decodeBase64(evidence.signature)
  if (signature === undefined) findings.push('the signature is not base64')
  if (keys === undefined) return findings
  const key = keys.get(parameters.keyId)
  if (key === undefined) {
    return [
      ...findings,
      `the request is signed with key ${parameters.keyId}, which is not a given client key`,
    ]
  }
  if (
    signature !== undefined &&
    !verify(null, Buffer.from(evidence.signatureBase), key.key, signature)
  ) {
    findings.push(`the signature does not verify with key ${parameters.keyId}`)
  }
  if (key.client !== undefined && key.client !== client) {
    findings.push(`client is "${client}", and the key is one of "${key.client}"`)
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
      ? `the target URI ${message.targetUri} is not that of a request for a certificate`
      : signedIssuer === issuer
        ? undefined
        : `issuer is "${issuer}", and the request was signed for issuer "${signedIssuer}"`,
    idempotencyKey === uid
      ? undefined
      : `uid is "${uid}", and the request was signed with the idempotency key "${idempotencyKey}"`,
    lifetime >= 0 && lifetime <= SIGNATURE_LIFETIME_SECONDS
      ? undefined
      : `the signature is valid for ${String(lifetime)} s, and at most ${String(SIGNATURE_LIFETIME_SECONDS)} s are accepted`,
    age >= -MAX_CLOCK_SKEW_SECONDS && age <= MAX_CLOCK_SKEW_SECONDS + MAX_LEDGER_SECONDS
      ? undefined
      : `issuedAt is ${issuedAt}, ${String(age)} s after the request was signed`,
  ].filter((finding) => finding !== undefined)
}

/** The body, if it is the one whose digest was signed (RFC 9530 §2). */
function readBody(base64: string, { message }: ReadSignatureBase): Result<SignRequest, string> {
  const body = decodeBase64(base64)
  if (body === undefined) return err('the body is not base64')
  const digest = contentDigest(hash('sha256', body, 'buffer'))
  if (digest !== message.body.contentDigest) {
    return err(`the body has the digest ${digest}, and ${message.body.contentDigest} was signed`)
  }
  const parsed = signRequestSchema.safeParse(parseBody(body))
  return parsed.success
    ? ok(parsed.data)
    : err(`the body is not a request for a certificate: ${oneLine(z.prettifyError(parsed.error))}`)
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
    ...differing.map((member) => `origin.${member} is not what was signed`),
    request.origin.uid === uid ? undefined : `uid is "${uid}", and the body has another one`,
    requestDigest === digest
      ? undefined
      : 'requestDigest is not the digest of the request that was signed',
    request.profile === undefined || request.profile === profile
      ? undefined
      : `profile is "${profile}", and "${request.profile}" was asked for`,
  ].filter((finding) => finding !== undefined)
}

const toText = (value: unknown): string => JSON.stringify(value)
