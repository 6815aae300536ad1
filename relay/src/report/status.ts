/**
 * The status that is applied, as the API server expects it: text for times, absent for empty. Server-side apply
 * removes fields that this manager set before and omits now.
 *
 * @module
 */
import { encodeBase64, visibleText } from '@edge-issuer/shared'
import type { Condition } from '../api/condition.ts'
import type { SeenAuthorities } from '../api/issuer.ts'
import { oneLine } from '../api/one-line.ts'
import { REQUEST_REASON, SIGNING_REQUEST_CONDITION } from '../api/reasons.ts'
import { rfc3339 } from '../api/time.ts'
import { MAX_MESSAGE_CHARACTERS } from '../core/conditions.ts'

/** Status of an issuer: metav1.Condition, and what is known of its CAs. */
export const issuerStatus = (
  ready: Condition,
  { ca, authorities, roots }: SeenAuthorities,
): object => ({
  conditions: [{ ...conditionText(ready), observedGeneration: ready.observedGeneration }],
  ...(ca === undefined ? {} : { ca: shown(ca) }),
  ...(authorities === undefined ? {} : { authorities: authorities.map(shown) }),
  ...(roots === undefined ? {} : { roots: roots.map(shown) }),
})

/** The same, with a subject that can be read as it is. */
const shown = <T extends { readonly subject?: string | undefined }>(certificate: T): T =>
  certificate.subject === undefined
    ? certificate
    : { ...certificate, subject: visibleText(certificate.subject) }

/** What goes with the Ready condition of a CertificateRequest. */
export interface RequestResult {
  /** PEM, leaf first. */
  readonly chainPem?: string
  /** PEM of the trusted roots: one, or several while an issuer is rotated. */
  readonly caPem?: string
  /** Set with every terminal failure; cert-manager cannot distinguish attempts without it. */
  readonly failureMs?: number
}

/** Status of a CertificateRequest: our condition only, those of others stay. */
export const requestStatus = (
  ready: Condition,
  { chainPem, caPem, failureMs }: RequestResult,
): object => ({
  conditions: [conditionText(ready)],
  ...(chainPem === undefined ? {} : { certificate: base64Text(chainPem) }),
  ...(caPem === undefined ? {} : { ca: base64Text(caPem) }),
  ...(failureMs === undefined ? {} : { failureTime: rfc3339(failureMs) }),
})

/** Status of a CertificateSigningRequest with its certificate. @param chainPem - Leaf first. */
export const signedStatus = (chainPem: string): object => ({ certificate: base64Text(chainPem) })

/** Status of a CertificateSigningRequest that will have none; the conditions of others stay. */
export const signingFailedStatus = (message: string, nowMs: number): object => ({
  conditions: [
    {
      ...conditionText({
        type: SIGNING_REQUEST_CONDITION.failed,
        status: 'True',
        reason: REQUEST_REASON.failed,
        message: oneLine(message, MAX_MESSAGE_CHARACTERS),
        // Written once: a request that has it is finished.
        lastTransitionMs: nowMs,
      }),
      lastUpdateTime: rfc3339(nowMs),
    },
  ],
})

const conditionText = ({
  type,
  status,
  reason,
  message,
  lastTransitionMs,
}: Omit<Condition, 'observedGeneration'>): object => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: rfc3339(lastTransitionMs),
})

const base64Text = (text: string): string => encodeBase64(new TextEncoder().encode(text))
