/**
 * Clients of the hostile requests, as the worker's configuration describes them.
 * @module
 */
import { USAGES } from '@edge-issuer/shared'

const ANY = { values: ['*'] }

const LISTED_USAGES = [
  'digital signature',
  'key encipherment',
  'server auth',
  'client auth',
  'email protection',
]

const RESTRICTED = {
  // Any text: what a common name may say is limited by the rules for names alone.
  commonName: { value: '*' },
  dnsNames: { values: ['*.acme.internal'] },
  ipAddresses: { values: ['10.*'] },
  uris: { values: ['spiffe://acme.internal/*'] },
  emailAddresses: { values: ['*@acme.internal'] },
  usages: LISTED_USAGES,
  subject: { organizations: { values: ['Acme*'] } },
}

const FREE = {
  commonName: { value: '*' },
  dnsNames: ANY,
  ipAddresses: ANY,
  uris: ANY,
  emailAddresses: ANY,
  isCA: true,
  usages: USAGES,
  subject: {
    organizations: ANY,
    otherAttributes: [{ oid: '1.2.840.113549.1.9.1', values: ['*'] }],
  },
}

/** By what they may request. */
export const CLIENTS = {
  /** Servers, clients and mailboxes of acme.internal. */
  restricted: { allowed: RESTRICTED },
  /** The same, and CA certificates. */
  restrictedCas: {
    allowed: { ...RESTRICTED, isCA: true, usages: [...LISTED_USAGES, 'cert sign', 'crl sign'] },
  },
  /** The same, without the usage of one. */
  restrictedCasWithoutSign: { allowed: { ...RESTRICTED, isCA: true } },
  /** Servers only. */
  restrictedServers: { allowed: { ...RESTRICTED, usages: ['digital signature', 'server auth'] } },
  /** Requests from one namespace. */
  oneNamespace: {
    allowed: RESTRICTED,
    selector: { namespace: { matchNames: ['team-a'] } },
  },
  /** In each namespace the names of that namespace. */
  namespaced: {
    allowed: { ...RESTRICTED, dnsNames: { values: ['*.{namespace}.svc.acme.internal'] } },
  },
  /** Everything that the profile and the issuing CA allow. */
  free: { allowed: FREE },
} as const satisfies Readonly<Record<string, Readonly<Record<string, unknown>>>>

export type ClientName = keyof typeof CLIENTS
