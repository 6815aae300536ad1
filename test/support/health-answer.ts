/**
 * A worker's health response about an issuer, made from its CAs.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { AuthorityState, HealthAnswer } from '@edge-issuer/shared'
import type { Authority } from '@edge-issuer/testbed/pki/x509'

/** A CA of the issuer, and its state. */
export interface IssuerCa {
  readonly ca: Authority
  readonly state: AuthorityState
}

/** SHA-256 of the certificate in lower-case hexadecimal. */
export const sha256Of = ({ der }: Pick<Authority, 'der'>): string =>
  createHash('sha256').update(der).digest('hex')

/** The members of `ca`, and of each of `authorities`. The subject is not read from the certificate. */
export const caFacts = (ca: Authority): HealthAnswer['ca'] => ({
  subject: 'CN=CA',
  serialNumber: '01',
  notAfter: '2049-12-31T23:59:59Z',
  sha256: sha256Of(ca),
})

/** The fields of a root that is valid until 2049, without its subject. */
export const rootFacts = (
  root: Authority,
): { readonly sha256: string; readonly notAfter: string } => ({
  sha256: sha256Of(root),
  notAfter: '2049-12-31T23:59:59Z',
})

/** A consistent response: the first CA signs. */
export function aHealthAnswer(
  ca: Authority,
  others: readonly IssuerCa[] = [],
  fields: Partial<HealthAnswer> = {},
): HealthAnswer {
  const cas: readonly IssuerCa[] = [{ ca, state: 'active' }, ...others]
  return {
    issuer: 'default',
    ca: caFacts(ca),
    chain: ca.chainPem,
    authorities: cas.map((one) => ({ state: one.state, ...caFacts(one.ca) })),
    bundle: [...new Set(cas.map((one) => rootPem(one.ca)))].join(''),
    profiles: ['default'],
    serverTime: '2026-01-01T00:00:00Z',
    protocolVersion: '1.0',
    ...fields,
  }
}

/** The last certificate of the chain. */
function rootPem({ chainPem }: Authority): string {
  const begin = chainPem.lastIndexOf('-----BEGIN')
  return chainPem.slice(begin)
}
