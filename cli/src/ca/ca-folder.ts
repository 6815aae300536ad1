/**
 * Where `ca init` puts things, relative to its folder. The root's key has a folder of its own, so
 * that it can be moved offline as one thing and nothing else needs to know where it went.
 */
export const CA_PATHS = {
  rootKey: 'root/ca.key',
  issuingKey: 'issuing/ca.key',
  /** The issuing CA, then the root: what the worker's configuration holds. */
  chain: 'chain.pem',
  /** The root alone: what clients trust. */
  root: 'root.pem',
} as const
