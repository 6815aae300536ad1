/**
 * Which of our issuers a signerName names, if any. Only ClusterIssuers can be named: a
 * CertificateSigningRequest has no namespace, so anyone who may create one could use the Issuer of any
 * namespace.
 *
 * @module
 */
import { CLUSTER_ISSUER, GROUP, ISSUER } from '../api/group.ts'
import type { OurIssuerRef } from './issuer-ref.ts'

/** What a signerName says; `namespaced` is ours, and refused. */
export type Signer =
  | { readonly kind: 'cluster'; readonly ref: OurIssuerRef }
  | { readonly kind: 'namespaced' }
  | { readonly kind: 'foreign' }

/** `<plural>.<group>/<name>`, as in issuer-lib; the name may hold dots. */
const SIGNER_NAME = /^([^/]+)\/([^/]+)$/

/** Reads a signerName. */
export function readSignerName(signerName: string): Signer {
  const [, domain, name = ''] = SIGNER_NAME.exec(signerName) ?? []
  if (domain === `${CLUSTER_ISSUER.plural}.${GROUP}`) {
    return { kind: 'cluster', ref: { kind: 'ClusterIssuer', name } }
  }
  return { kind: domain === `${ISSUER.plural}.${GROUP}` ? 'namespaced' : 'foreign' }
}
