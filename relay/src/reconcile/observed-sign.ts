/**
 * A sign pass that is counted, and one line in the log for each certificate.
 *
 * @module
 */
import { decodePem } from '@edge-issuer/shared'
import { nameToText, parseCertificate, publicKeyToText, toHex } from '@edge-issuer/shared/x509'
import type { CertificateRequest } from '../api/certificate-request.ts'
import type { IssuerKind } from '../api/issuer.ts'
import { REQUEST_REASON } from '../api/reasons.ts'
import { rfc3339 } from '../api/time.ts'
import { objectKey } from '../kube/object-ref.ts'
import type { Log, LogFields } from '../log.ts'
import type { Signing, SignPass } from './sign-pass.ts'

/** What became of one attempt to get a certificate. */
export interface SignAttempt {
  readonly issuerKind: IssuerKind
  /** Whether cert-manager had a certificate before. */
  readonly operation: 'issue' | 'renew'
  readonly result: 'issued' | 'pending' | 'retry' | 'failed' | 'issuer'
  readonly tookMs: number
}

/** Who hears of attempts. */
export interface SignObserver {
  readonly signed: (attempt: SignAttempt) => void
  readonly log: Log
  /** Never goes back. */
  readonly uptimeMs: () => number
}

/** cert-manager counts the certificates of a Certificate from 1 (pkg/apis/certmanager/v1). */
const REVISION_ANNOTATION = 'cert-manager.io/certificate-revision'
const CHAIN_LIMITS = { label: 'CERTIFICATE', maxBlocks: 16, maxCharacters: 1_048_576 } as const

/** @returns The same pass, heard by `observer`. */
export function observedSign(sign: SignPass, { signed, log, uptimeMs }: SignObserver): SignPass {
  return async (request, issuer, signal) => {
    const startedAtMs = uptimeMs()
    const signing = await sign(request, issuer, signal)
    const tookMs = uptimeMs() - startedAtMs
    const operation = isRenewal(request) ? 'renew' : 'issue'
    signed({ issuerKind: issuer.kind, operation, result: resultOf(signing), tookMs })
    if (signing.issued !== undefined) {
      const { namespace, name } = request.metadata
      const by = `${issuer.kind} ${issuer.metadata.name}`
      const facts = { key: objectKey({ namespace, name }), issuer: by, tookMs: Math.round(tookMs) }
      log.info({ ...facts, ...certificateFacts(signing.issued.chainPem) }, 'certificate signed')
    }
    return signing
  }
}

const isRenewal = ({ metadata }: CertificateRequest): boolean =>
  Number(metadata.annotations[REVISION_ANNOTATION] ?? 1) > 1

function resultOf({ issued, outcome, verdict }: Signing): SignAttempt['result'] {
  if (issued !== undefined) return 'issued'
  if (outcome.kind === 'requeue-after') return 'pending'
  if (outcome.kind === 'retry') return 'retry'
  return verdict.reason === REQUEST_REASON.failed ? 'failed' : 'issuer'
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
