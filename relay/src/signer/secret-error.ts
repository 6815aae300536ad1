/**
 * Messages about an issuer's Secret that cannot be used.
 *
 * @module
 */
import type { ApiError } from '../kube/api-error.ts'
import type { SecretRef } from '../watch/secret-watches.ts'

/** The one key of the Secret: an Ed25519 key, PKCS#8 PEM. */
export const PRIVATE_KEY_ENTRY = 'private-key.pem'

/** In messages; never anything of its content. */
const named = ({ namespace, name }: SecretRef): string => `Secret "${namespace}/${name}"`

/** The Secret could not be read. If it is forbidden, the message has the command that grants it. */
export function secretUnreadable(secret: SecretRef, error: ApiError): string {
  if (error.kind === 'not-found') {
    return `${named(secret)} not found; waiting for it to be created`
  }
  if (error.kind === 'forbidden') {
    return `may not read ${named(secret)}; grant it with: kubectl create rolebinding edge-issuer-credential-reader --namespace ${secret.namespace} --clusterrole edge-issuer-credential-reader --serviceaccount ${serviceAccountIn(error.message)}`
  }
  return `could not read ${named(secret)}: ${error.message}`
}

/** The Secret has no entry for the key. */
export const secretWithoutKey = (secret: SecretRef): string =>
  `${named(secret)} has no entry "${PRIVATE_KEY_ENTRY}"; waiting for it`

/** @param problem - What is wrong with the key, without any part of it: `holds a key of type rsa`. */
export const secretKeyUnusable = (secret: SecretRef, problem: string): string =>
  `entry "${PRIVATE_KEY_ENTRY}" of ${named(secret)} ${problem}; put the client's key there`

/** Whom the API server refused, as it says itself: `User "system:serviceaccount:NS:NAME" cannot …`. */
function serviceAccountIn(message: string): string {
  const found = /"system:serviceaccount:([^:"]+:[^:"]+)"/.exec(message)
  return found?.[1] ?? 'NAMESPACE:SERVICEACCOUNT'
}
