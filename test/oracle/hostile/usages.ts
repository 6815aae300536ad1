/**
 * Certificates good for more than the rules allow: by what they name, and by what they do not.
 * @module
 */
import {
  commonName,
  extKeyUsage,
  generalName,
  keyUsage,
  name,
  subjectAltName,
} from '@edge-issuer/testbed/pki/x509'
import { showCrl } from './forged-crl.ts'
import { showOcspResponse } from './forged-ocsp-response.ts'
import type { HostileRequest } from './hostile-request.ts'
import {
  CODE_SIGNING,
  EMAIL_PROTECTION,
  SERVER_AUTH,
  SERVER_USAGES,
  TIMESTAMPING,
} from './words.ts'

const { dns } = generalName

const CSR = {
  subject: name(['O', 'Acme']),
  extensions: [subjectAltName(dns('web.acme.internal'))],
} as const

const RESTRICTED = { ca: 'constrained', client: 'restricted', csr: CSR } as const
const FREE = { ca: 'constrained', client: 'free', csr: CSR } as const
const code = 'usage_not_allowed'

/** A key usage alone. */
function withoutExtendedUsages(usage: string): HostileRequest {
  return {
    ...RESTRICTED,
    title: `no extended usage, where the client lists usages (${usage})`,
    usages: [usage],
    profile: { onMissingUsages: 'reject' },
    code,
    proof: { kind: 'used', as: { kind: 'usage', oid: CODE_SIGNING }, by: ['Go'] },
  }
}

/** Server-gated cryptography, which OpenSSL and Java take for server auth. */
function gatedCryptography(usage: string): HostileRequest {
  return {
    ...FREE,
    title: `a wildcard as the common name, for ${usage}, which verifiers take for server auth`,
    csr: { subject: commonName('*.evil.com') },
    usages: ['digital signature', usage],
    code: 'subject_not_allowed',
    proof: {
      kind: 'used',
      as: { kind: 'server', host: 'www.evil.com' },
      by: ['openssl', 'curl', 'Node', 'Python', 'Java'],
    },
  }
}

export const USAGES: readonly HostileRequest[] = [
  ...['digital signature', 'key encipherment'].map(withoutExtendedUsages),
  {
    ...FREE,
    title: 'no extended usage, where the profile lists usages',
    usages: ['digital signature'],
    profile: { usages: ['digital signature', 'server auth'], onMissingUsages: 'reject' },
    code,
    proof: {
      kind: 'used',
      as: { kind: 'client' },
      by: ['openssl', 'Node', 'Python', 'Go', 'Java'],
    },
  },
  {
    ...RESTRICTED,
    title: 'any extended usage',
    usages: ['digital signature', 'any'],
    code,
    proof: { kind: 'used', as: { kind: 'usage', oid: CODE_SIGNING }, by: ['Go'] },
  },
  {
    ...FREE,
    title: 'any extended usage, which the default profile does not have',
    usages: ['digital signature', 'server auth', 'any'],
    code,
    proof: { kind: 'used', as: { kind: 'client' }, by: ['Go', 'Java'] },
  },
  {
    ...FREE,
    title: 'OCSP signing, which the default profile does not have',
    usages: ['digital signature', 'ocsp signing'],
    code,
    proof: {
      kind: 'shown',
      what: 'openssl ocsp takes its response for the CA of all other certificates',
      show: showOcspResponse,
    },
  },
  {
    ...RESTRICTED,
    title: 'OCSP signing beside server auth',
    usages: [...SERVER_USAGES, 'ocsp signing'],
    code,
    proof: {
      kind: 'shown',
      what: 'openssl ocsp takes its response for the CA of all other certificates',
      show: showOcspResponse,
    },
  },
  {
    ...FREE,
    title: 'code signing, which the default profile does not have',
    usages: ['digital signature', 'code signing'],
    code,
    proof: { kind: 'used', as: { kind: 'usage', oid: CODE_SIGNING }, by: ['Go'] },
  },
  {
    ...RESTRICTED,
    title: 'code signing beside server auth',
    usages: [...SERVER_USAGES, 'code signing'],
    code,
    proof: { kind: 'used', as: { kind: 'usage', oid: CODE_SIGNING }, by: ['Go'] },
  },
  {
    ...FREE,
    title: 'timestamping, which the default profile does not have',
    usages: ['digital signature', 'timestamping'],
    code,
    proof: { kind: 'used', as: { kind: 'usage', oid: TIMESTAMPING }, by: ['Go'] },
  },
  {
    ...FREE,
    title: 'timestamping beside server auth, which must be alone',
    usages: [...SERVER_USAGES, 'timestamping'],
    profile: { usages: [...SERVER_USAGES, 'timestamping'] },
    code,
    proof: { kind: 'used', as: { kind: 'usage', oid: TIMESTAMPING }, by: ['Go'] },
  },
  {
    ...RESTRICTED,
    client: 'restrictedServers',
    title: 'client auth, for a client that lists servers only',
    usages: ['digital signature', 'client auth'],
    code,
    proof: {
      kind: 'used',
      as: { kind: 'client' },
      by: ['openssl', 'Node', 'Python', 'Go', 'Java'],
    },
  },
  {
    ...RESTRICTED,
    client: 'restrictedServers',
    title: 'email protection, for a client that lists servers only',
    usages: ['digital signature', 'email protection'],
    code,
    proof: { kind: 'used', as: { kind: 'usage', oid: EMAIL_PROTECTION }, by: ['Go'] },
  },
  {
    ...FREE,
    ca: 'servers',
    title: 'client auth below a CA of servers, whose limit not every verifier knows',
    usages: ['digital signature', 'client auth'],
    code,
    proof: { kind: 'used', as: { kind: 'client' }, by: ['Java'] },
  },
  {
    ...FREE,
    title: 'cert sign in a certificate that is no CA',
    usages: ['digital signature', 'cert sign', 'server auth'],
    code,
    proof: {
      kind: 'used',
      as: { kind: 'server', host: 'web.acme.internal' },
      by: ['openssl', 'Go', 'Java', 'curl'],
    },
  },
  {
    ...FREE,
    title: 'CRL signing in a certificate that is no CA, named as the CA',
    csr: { subject: commonName('Constrained CA') },
    usages: ['digital signature', 'crl sign', 'client auth'],
    code,
    also: ['subject_not_allowed'],
    certificate: { extensions: [keyUsage(0, 6)] },
    proof: { kind: 'shown', what: 'openssl takes its CRL for that of the CA', show: showCrl },
  },
  {
    ...RESTRICTED,
    title: 'other extended usages in the certification request than in the request',
    csr: { ...CSR, extensions: [...CSR.extensions, extKeyUsage(CODE_SIGNING)] },
    certificate: { extensions: [...CSR.extensions, extKeyUsage(SERVER_AUTH, CODE_SIGNING)] },
    code: 'usage_mismatch',
    proof: { kind: 'used', as: { kind: 'usage', oid: CODE_SIGNING }, by: ['Go'] },
  },
  {
    ...RESTRICTED,
    title: 'other key usages in the certification request than in the request',
    csr: { ...CSR, extensions: [...CSR.extensions, keyUsage(0, 5)] },
    certificate: { extensions: [...CSR.extensions, keyUsage(0, 5)] },
    code: 'usage_mismatch',
    proof: {
      kind: 'used',
      as: { kind: 'server', host: 'web.acme.internal' },
      by: ['openssl', 'curl'],
    },
  },
  {
    ...RESTRICTED,
    title: 'an unknown usage',
    usages: [...SERVER_USAGES, 'everything'],
    code: 'usage_unknown',
    proof: {
      kind: 'used',
      as: { kind: 'server', host: 'web.acme.internal' },
      by: ['openssl', 'curl'],
    },
  },
  ...['microsoft sgc', 'netscape sgc'].map(gatedCryptography),
]
