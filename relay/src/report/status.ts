/**
 * The status that is applied, as the API server wants it: text for times, absent for empty.
 * Server-side apply removes what this manager set before and leaves out now.
 *
 * @module
 */
import { encodeBase64 } from '@edge-issuer/shared'
import type { Condition } from '../api/condition.ts'
import type { IssuerCa } from '../api/issuer.ts'
import { rfc3339 } from '../api/time.ts'

/** Status of an issuer: metav1.Condition, and what is known of its CA. */
export const issuerStatus = (ready: Condition, ca: IssuerCa | undefined): object => ({
  conditions: [{ ...conditionText(ready), observedGeneration: ready.observedGeneration }],
  ...(ca === undefined ? {} : { ca }),
})

/** What goes with the Ready condition of a CertificateRequest. */
export interface RequestResult {
  /** PEM, leaf first. */
  readonly chainPem?: string
  /** PEM of the root. */
  readonly caPem?: string
  /** Set with every terminal failure; cert-manager cannot tell attempts apart without it. */
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

const conditionText = ({ type, status, reason, message, lastTransitionMs }: Condition): object => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: rfc3339(lastTransitionMs),
})

const base64Text = (text: string): string => encodeBase64(new TextEncoder().encode(text))
