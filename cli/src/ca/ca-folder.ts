/**
 * Files of `ca init`, relative to its folder. The root's key is in a separate folder, so that the operator can
 * move this folder offline.
 */
export const CA_PATHS = {
  rootKey: 'root/ca.key',
  issuingKey: 'issuing/ca.key',
  /** The issuing CA, then the root, for the worker's configuration. */
  chain: 'chain.pem',
  /** The root, for clients to trust. */
  root: 'root.pem',
} as const
