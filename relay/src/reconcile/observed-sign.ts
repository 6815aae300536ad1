/**
 * A sign pass that is counted, and one line in the log for each certificate.
 *
 * @module
 */
import { decodePem } from '@edge-issuer/shared'
import { nameToText, parseCertificate, publicKeyToText, toHex } from '@edge-issuer/shared/x509'
import type { IssuerKind } from '../api/issuer.ts'
import { EVENT_REASON, REQUEST_REASON } from '../api/reasons.ts'
import type { AnyRequest } from '../api/request.ts'
import { rfc3339 } from '../api/time.ts'
import { objectKey } from '../kube/object-ref.ts'
import type { Log, LogFields } from '../log.ts'
import type { RequestKind } from './request-kinds.ts'
import type { Signing, SignPass } from './sign-pass.ts'

export const SIGN_OPERATIONS = ['issue', 'renew'] as const
export const SIGN_RESULTS = ['issued', 'pending', 'retry', 'failed', 'issuer'] as const

/** What became of one attempt to get a certificate. */
export interface SignAttempt {
  /** Of the request: `CertificateRequest`. */
  readonly kind: string
  readonly issuerKind: IssuerKind
  /** Whether cert-manager had a certificate before. */
  readonly operation: (typeof SIGN_OPERATIONS)[number]
  /** `issuer`: whoever runs the issuer has something to mend. */
  readonly result: (typeof SIGN_RESULTS)[number]
  readonly tookMs: number
}

/** Who hears of attempts. */
export interface SignObserver {
  readonly kind: Pick<RequestKind<never>, 'resource'>
  readonly signed: (attempt: SignAttempt) => void
  readonly log: Log
  /** Never goes back. */
  readonly uptimeMs: () => number
}

/** cert-manager counts the certificates of a Certificate from 1 (pkg/apis/certmanager/v1). */
const REVISION_ANNOTATION = 'cert-manager.io/certificate-revision'
const CHAIN_LIMITS = { label: 'CERTIFICATE', maxBlocks: 16, maxCharacters: 1_048_576 } as const

/** @returns The same pass, heard by `observer`. */
export function observedSign<R extends AnyRequest>(
  sign: SignPass<R>,
  { kind: { resource }, signed, log, uptimeMs }: SignObserver,
): SignPass<R> {
  const { kind } = resource
  return async (request, issuer, signal) => {
    const startedAtMs = uptimeMs()
    const signing = await sign(request, issuer, signal)
    const tookMs = uptimeMs() - startedAtMs
    const operation = isRenewal(request) ? 'renew' : 'issue'
    signed({ kind, issuerKind: issuer.kind, operation, result: resultOf(signing), tookMs })
    if (signing.issued !== undefined) {
      const { namespace, name } = request.metadata
      const by = `${issuer.kind} ${issuer.metadata.name}`
      const key = objectKey(namespace === '' ? { name } : { namespace, name })
      const facts = { kind, key, issuer: by, tookMs: Math.round(tookMs) }
      log.info({ ...facts, ...certificateFacts(signing.issued.chainPem) }, 'certificate signed')
      const { omittedGroups = 0 } = signing
      if (omittedGroups > 0) {
        log.warn(
          { kind, key, omittedGroups },
          'the worker was not sent all groups of the requester',
        )
      }
    }
    return signing
  }
}

const isRenewal = ({ metadata }: AnyRequest): boolean =>
  Number(metadata.annotations[REVISION_ANNOTATION] ?? 1) > 1

function resultOf({ issued, outcome, verdict }: Signing): SignAttempt['result'] {
  if (issued !== undefined) return 'issued'
  if (verdict.reason === REQUEST_REASON.failed) return 'failed'
  if (verdict.event.reason === EVENT_REASON.waitingForIssuerReady) return 'issuer'
  return outcome.kind === 'requeue-after' ? 'pending' : 'retry'
}

/** Of the leaf, for an auditor: no name of the subject is among it. */
function certificateFacts(chainPem: string): LogFields {
  const blocks = decodePem(chainPem, CHAIN_LIMITS)
  const [der] = blocks.ok ? blocks.value : []
  const leaf = der === undefined ? undefined : parseCertificate(der)
  if (leaf?.ok !== true) return {}
  const { serialNumber, notBeforeMs, notAfterMs, issuer, publicKey, extensions } = leaf.value
  return {
    serialNumber: toHex(serialNumber),
    notBefore: rfc3339(notBeforeMs),
    notAfter: rfc3339(notAfterMs),
    ca: nameToText(issuer),
    keyType: publicKeyToText(publicKey.key),
    names: extensions.values.subjectAltName?.length ?? 0,
  }
}
