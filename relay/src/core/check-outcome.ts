/**
 * What a health check says about an issuer.
 *
 * @module
 */
import type { HealthAnswer, Result } from '@edge-issuer/shared'
import type { IssuerRoot, IssuerSpec, SeenAuthorities } from '../api/issuer.ts'
import type { SignerError } from '../api/signer-error.ts'
import { issuerChecked, issuerPending, type IssuerUpdate } from './status-messages.ts'

/** The update, and what was learnt of the CAs when the check was good. */
export interface CheckOutcome {
  readonly update: IssuerUpdate
  readonly seen?: SeenAuthorities
}

/** A health answer that was verified. */
export interface VerifiedHealth extends HealthAnswer {
  /** The roots of its bundle, in order. */
  readonly roots: readonly IssuerRoot[]
}

/**
 * Ready means: the worker was reached over TLS, knows these credentials, has this issuer with a CA
 * that can sign now, and would accept the profile that the spec names.
 */
export function checkOutcome(
  answer: Result<VerifiedHealth, SignerError>,
  spec: IssuerSpec,
): CheckOutcome {
  if (!answer.ok) return { update: issuerPending(answer.error.message) }
  const { ca, authorities, roots, profiles } = answer.value
  if (spec.profile !== undefined && !profiles.includes(spec.profile)) {
    const available = profiles.map((profile) => `"${profile}"`).join(', ')
    return {
      update: issuerPending(
        `the worker offers this client no profile "${spec.profile}" for issuer "${spec.issuer}" (available: ${available}); correct spec.profile, or add the profile to the worker's configuration`,
      ),
    }
  }
  return {
    update: issuerChecked(),
    seen: {
      ca,
      authorities: authorities.map(({ sha256, state, notAfter, subject }) => ({
        sha256,
        state,
        notAfter,
        subject,
      })),
      roots: [...roots],
    },
  }
}
