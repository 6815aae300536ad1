/**
 * Messages about a ServiceAccount whose tokens cannot be used.
 *
 * @module
 */
import type { ApiError } from '../kube/api-error.ts'
import type { NamespacedRef } from '../kube/object-ref.ts'

const named = ({ namespace, name }: NamespacedRef): string =>
  `ServiceAccount "${namespace}/${name}"`

/**
 * A token could not be requested. If it is forbidden, the message has the commands that grant it.
 *
 * @param relay - The relay's own ServiceAccount, if it is known.
 */
export function tokenNotGranted(
  serviceAccount: NamespacedRef,
  error: ApiError,
  relay: NamespacedRef | undefined,
): string {
  const { namespace, name } = serviceAccount
  if (error.kind === 'not-found') {
    return `${named(serviceAccount)} not found; waiting for it to be created`
  }
  if (error.kind === 'forbidden') {
    const grantee =
      relay === undefined ? 'NAMESPACE:SERVICEACCOUNT' : `${relay.namespace}:${relay.name}`
    return `may not request tokens of ${named(serviceAccount)}; grant it with: kubectl create role edge-issuer-token-requester --namespace ${namespace} --verb create --resource serviceaccounts/token --resource-name ${name} && kubectl create rolebinding edge-issuer-token-requester --namespace ${namespace} --role edge-issuer-token-requester --serviceaccount ${grantee}`
  }
  return `could not request a token of ${named(serviceAccount)}: ${error.message}`
}

/** The API server's answer holds a token that cannot be used. @param problem - Without any part of the token. */
export const tokenUnusable = (serviceAccount: NamespacedRef, problem: string): string =>
  `the API server's token of ${named(serviceAccount)} ${problem}; check the API server's --service-account-* flags`

/** The API server does not say who the relay is. */
export const identityUnknown = ({ message }: ApiError): string =>
  `could not ask the API server for the relay's own ServiceAccount: ${message}; set spec.serviceAccountRef.name if this persists`

/** The relay has a kubeconfig of a user. */
export const notAServiceAccount = (username: string): string =>
  `spec.serviceAccountRef has no name, and the relay is no ServiceAccount but the user ${JSON.stringify(username)}; set spec.serviceAccountRef.name`
