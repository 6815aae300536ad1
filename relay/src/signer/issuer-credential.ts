import type { Issuer } from '../api/issuer.ts'
import type { NamespacedRef } from '../kube/object-ref.ts'
import type { SecretRef } from '../watch/secret-watches.ts'

/** With what an issuer's requests are authenticated. */
export type IssuerCredential =
  | { readonly kind: 'secret'; readonly secret: SecretRef }
  | TokenCredentialRef

/** A ServiceAccount, and the client at the worker that it belongs to. */
export interface TokenCredentialRef {
  readonly kind: 'token'
  readonly client: string
  /** Absent for the relay's own ServiceAccount. */
  readonly serviceAccount?: NamespacedRef
}

/**
 * @returns What the spec names. The objects of a ClusterIssuer are in one namespace; an Issuer can never name another
 *   namespace than its own, nor the relay's own ServiceAccount.
 */
export function issuerCredential(
  { kind, metadata, spec }: Issuer,
  clusterResourceNamespace: string,
): IssuerCredential {
  const { authSecretName = '', serviceAccountRef, clientName = '' } = spec
  const namespace = kind === 'Issuer' ? metadata.namespace : clusterResourceNamespace
  if (serviceAccountRef === undefined) {
    return { kind: 'secret', secret: { namespace, name: authSecretName } }
  }
  const { name } = serviceAccountRef
  const token = { kind: 'token', client: clientName } as const
  return name === undefined && kind === 'ClusterIssuer'
    ? token
    : { ...token, serviceAccount: { namespace, name: name ?? '' } }
}
