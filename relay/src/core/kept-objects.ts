/**
 * What of issuers and requests stays in memory: what decisions need. A tenant chooses how large the rest
 * is, so it is read from the API server when it is used. Pure.
 *
 * @module
 */
import type { CertificateRequest } from '../api/certificate-request.ts'
import {
  type CertificateSigningRequest,
  SIGNING_REQUEST_ANNOTATION,
} from '../api/certificate-signing-request.ts'
import { type Condition, findCondition } from '../api/condition.ts'
import type { Issuer } from '../api/issuer.ts'
import type { Metadata } from '../api/metadata.ts'
import { READY, REQUEST_CONDITION, SIGNING_REQUEST_CONDITION } from '../api/reasons.ts'
import { keptMessage, keptText } from './kept-text.ts'

/** Names of Kubernetes objects have at most 253 characters; a longer one names none. */
const MAX_NAME = 253
const MAX_KIND = 64
const MAX_REASON = 128
/** The scope of circuit breakers depends on the kept URL; the URL to call is read each time. */
const MAX_URL = 128
/** A Go duration, or `true`. */
const MAX_VALUE = 64

/** @returns The issuer without subjects and serial numbers; a long URL is cut. */
export function keptIssuer({ kind, metadata, spec, status }: Issuer): Issuer {
  const { conditions, ca, authorities, roots } = status
  return {
    kind,
    metadata: keptMetadata(metadata, []),
    spec: { ...spec, url: keptUrl(spec.url) },
    status: {
      conditions: keptConditions(conditions, [READY]),
      ...(ca === undefined ? {} : { ca: { ...ca, subject: '', serialNumber: '' } }),
      ...(authorities === undefined
        ? {}
        : {
            authorities: authorities.map(({ sha256, state }) => ({ sha256, state, notAfter: '' })),
          }),
      ...(roots === undefined
        ? {}
        : { roots: roots.map(({ sha256 }) => ({ sha256, notAfter: '' })) }),
    },
  }
}

/** @returns The URL, cut where it is long. */
export const keptUrl = (url: string): string => keptText(url, MAX_URL)

/** @returns The request without the CSR, the usages, and who asked. */
export const keptCertificateRequest = ({
  metadata,
  spec,
  status,
}: CertificateRequest): CertificateRequest => ({
  metadata: keptMetadata(metadata, []),
  spec: {
    issuerRef: {
      group: keptText(spec.issuerRef.group, MAX_NAME),
      kind: keptText(spec.issuerRef.kind, MAX_KIND),
      name: keptText(spec.issuerRef.name, MAX_NAME),
    },
    duration: spec.duration === undefined ? undefined : keptText(spec.duration, MAX_VALUE),
    isCA: spec.isCA,
    ...notKept(),
  },
  status: {
    conditions: keptConditions(status.conditions, REQUEST_TYPES),
    hasCertificate: status.hasCertificate,
    failureTime: undefined,
  },
})

/** @returns The request without the CSR, the usages, and who asked; of the annotations those that may count. */
export const keptSigningRequest = ({
  metadata,
  spec: { signerName, expirationSeconds },
  status,
}: CertificateSigningRequest): CertificateSigningRequest => ({
  metadata: keptMetadata(metadata, SIGNING_ANNOTATIONS),
  spec: { signerName, expirationSeconds, ...notKept() },
  status: {
    conditions: keptConditions(status.conditions, SIGNING_TYPES),
    hasCertificate: status.hasCertificate,
  },
})

type NotKept = Pick<CertificateRequest['spec'], 'groups' | 'request' | 'usages' | 'username'>
const notKept = (): NotKept => ({ request: '', usages: NONE, username: '', groups: NONE })
/** One for all objects; nothing is ever added to it. */
const NONE: string[] = []
const REQUEST_TYPES = [READY, ...Object.values(REQUEST_CONDITION)]
const SIGNING_TYPES = Object.values(SIGNING_REQUEST_CONDITION)
const SIGNING_ANNOTATIONS = Object.values(SIGNING_REQUEST_ANNOTATION)

function keptMetadata(metadata: Metadata, names: readonly string[]): Metadata {
  const annotations: Record<string, string> = {}
  for (const name of names) {
    const value = metadata.annotations[name]
    if (value !== undefined) annotations[name] = keptText(value, MAX_VALUE)
  }
  return { ...metadata, annotations, isPartial: true }
}

/** One condition for each type. */
const keptConditions = (conditions: readonly Condition[], types: readonly string[]): Condition[] =>
  types.flatMap((type) => {
    const condition = findCondition(conditions, type)
    if (condition === undefined) return []
    const { reason, message } = condition
    // Of others only the status counts. (`type` is shared by all objects, unlike the one that was read.)
    if (type !== READY) return [{ ...condition, type, reason: '', message: '' }]
    return [
      { ...condition, type, reason: keptText(reason, MAX_REASON), message: keptMessage(message) },
    ]
  })
