/**
 * The log line about an issued certificate, written once the request has it.
 *
 * @module
 */
import { decodePem } from '@edge-issuer/shared'
import { nameToText, parseCertificate, publicKeyToText, toHex } from '@edge-issuer/shared/x509'
import { rfc3339 } from '../api/time.ts'
import type { Log, LogFields } from '../log.ts'
import type { SigningResult } from './request-signer.ts'

const CHAIN_LIMITS = { label: 'CERTIFICATE', maxBlocks: 16, maxCharacters: 1_048_576 } as const

/** A request with the result of its reconcile. */
interface SignedRequest {
  /** The kind of request: `CertificateRequest`. */
  readonly kind: string
  readonly key: string
  readonly result: SigningResult
}

/** Logs the certificate of a request; nothing if it has none. */
export function logSigned({ kind, key, result }: SignedRequest, log: Log): void {
  const { issued, by: issuer, tookMs, requestId, omittedGroups = 0 } = result
  if (issued === undefined) return
  const facts = { kind, key, issuer, tookMs, requestId }
  log.info({ ...facts, ...certificateFacts(issued.chainPem) }, 'certificate signed')
  if (omittedGroups > 0) {
    log.warn(
      { kind, key, omittedGroups },
      'some groups of the requester were not sent to the worker',
    )
  }
}

/** The leaf's fields for an audit, without names of the subject. */
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
