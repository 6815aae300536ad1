/**
 * Issuing CAs of the hostile requests, all below one root that limits nothing.
 * @module
 */
import {
  aKey,
  type Authority,
  authorityExtensions,
  basicConstraints,
  commonName,
  extKeyUsage,
  generalName,
  keyIdOf,
  makeAuthority,
  makeKey,
  nameConstraints,
} from '@edge-issuer/testbed/pki/x509'
import { SERVER_AUTH } from './words.ts'

const { dns, email, ip, uri } = generalName

/** `::/0`, with its mask. */
const ALL_IPV6 = Array.from({ length: 32 }, () => 0)

export const ROOT = makeAuthority({ key: aKey('P-384'), subject: commonName('Hostile Root') })

/** Of every issuing CA: no certificate below one has it, or it would count as signed by itself. */
const CA_KEY = makeKey('P-256')

interface Limits {
  readonly permitted?: readonly Uint8Array[]
  readonly excluded?: readonly Uint8Array[]
  readonly pathLength?: number
  readonly usages?: readonly string[]
}

function issuingCa(label: string, limits: Limits): Authority {
  const { permitted = [], excluded = [], pathLength, usages } = limits
  return makeAuthority({
    key: CA_KEY,
    subject: commonName(label),
    issuer: ROOT,
    extensions: [
      ...Object.values({
        ...authorityExtensions(keyIdOf(CA_KEY), ROOT),
        basicConstraints: basicConstraints(true, pathLength),
      }),
      ...(permitted.length + excluded.length > 0 ? [nameConstraints(permitted, excluded)] : []),
      ...(usages === undefined ? [] : [extKeyUsage(...usages)]),
    ],
  })
}

/** By what limits them. */
export const AUTHORITIES = {
  /** Names of acme.internal and 10.0.0.0/8 only; one further CA. */
  constrained: issuingCa('Constrained CA', {
    permitted: [dns('acme.internal'), ip(10, 0, 0, 0, 255, 0, 0, 0), email('acme.internal')],
    excluded: [ip(...ALL_IPV6)],
    pathLength: 1,
  }),
  /** All names; one further CA. */
  open: issuingCa('Open CA', { pathLength: 1 }),
  /** All names, any number of further CAs. */
  unlimited: issuingCa('Unlimited CA', {}),
  /** All names but secret.acme.internal and 203.0.113.0/24. */
  excluding: issuingCa('Excluding CA', {
    excluded: [dns('secret.acme.internal'), ip(203, 0, 113, 0, 255, 255, 255, 0)],
  }),
  /** URIs of acme.internal only. */
  uris: issuingCa('CA of URIs', {
    permitted: [uri('www.acme.internal'), uri('.td.acme.internal')],
  }),
  /** Addresses of 10.0.0.0/8 only, DNS names of any kind. */
  addresses: issuingCa('CA of addresses', { permitted: [ip(10, 0, 0, 0, 255, 0, 0, 0)] }),
  /** TLS servers only. */
  servers: issuingCa('CA of servers', { usages: [SERVER_AUTH] }),
  /** No further CA. */
  last: issuingCa('Last CA', { pathLength: 0 }),
} as const satisfies Readonly<Record<string, Authority>>

export type AuthorityName = keyof typeof AUTHORITIES
