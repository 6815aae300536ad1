/**
 * Which of our issuers a request names, if any.
 *
 * @module
 */
import type { RequestClaim } from '../api/certificate-request.ts'
import { CLUSTER_ISSUER, GROUP, ISSUER } from '../api/group.ts'
import type { Issuer, IssuerKind } from '../api/issuer.ts'

/** One of our issuers; only an Issuer has a namespace, the request's. */
export interface OurIssuerRef {
  readonly kind: IssuerKind
  readonly namespace?: string
  readonly name: string
}

/**
 * @returns `undefined` for what is not ours: another group (an empty one means `cert-manager.io`),
 *   or a kind of our group that we do not serve, which another product might. An empty kind means
 *   `Issuer`, as cert-manager's webhook reads it.
 */
export function ourIssuerRef({ metadata, spec }: RequestClaim): OurIssuerRef | undefined {
  const { group, kind, name } = spec.issuerRef
  if (group !== GROUP) return undefined
  if (kind === '' || kind === ISSUER.kind) {
    return { kind: 'Issuer', namespace: metadata.namespace, name }
  }
  return kind === CLUSTER_ISSUER.kind ? { kind: 'ClusterIssuer', name } : undefined
}

/** @returns How requests name an issuer. */
export const issuerRefOf = ({ kind, metadata: { namespace, name } }: Issuer): OurIssuerRef =>
  kind === 'Issuer' ? { kind, namespace, name } : { kind, name }
