/**
 * Environment variables that decide how workers are reached, checked before anything is sent.
 *
 * @module
 */
import { type Environment, readProxyVariables } from './proxy.ts'

/** @returns What is wrong, one sentence for each variable; no values, since a proxy's may hold a password. */
export function checkEnvironment(environment: Environment): readonly string[] {
  const proxies = readProxyVariables(environment)
  return [
    // Node.js turns verification off for this value alone, and only where a program does not ask for it.
    ...(environment['NODE_TLS_REJECT_UNAUTHORIZED'] === '0' ? [TLS_UNVERIFIED] : []),
    ...(proxies.ok ? [] : [proxies.error]),
  ]
}

const TLS_UNVERIFIED =
  'the environment variable NODE_TLS_REJECT_UNAUTHORIZED is 0, which turns off the verification of TLS certificates; unset it, and name the roots of a private CA in spec.caBundle, --ca-file or NODE_EXTRA_CA_CERTS'
