/**
 * Answers of a worker to one request, good and hostile, and the verification of each.
 *
 * @module
 */
import type { SignAnswer, SignRequest } from '@edge-issuer/shared'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import {
  type Authority,
  type AuthorityOptions,
  basicConstraints,
  commonName,
  extension,
  extKeyUsage,
  generalName,
  keyUsage,
  makeAuthority,
  makeKey,
  nameConstraints,
  octets,
  subjectAltName,
} from '@edge-issuer/testbed/pki/x509'
import { expect } from 'vitest'
import type { SeenFingerprints } from '../../../relay/src/api/issuer.ts'
import { CertificateCache } from '../../../relay/src/signer/certificate-cache.ts'
import { verifyResponse } from '../../../relay/src/signer/verify-response.ts'
import { sha256Of } from '../../support/health-answer.ts'

export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
export const CODE_SIGNING = '1.3.6.1.5.5.7.3.3'
export const TIMESTAMPING = '1.3.6.1.5.5.7.3.8'
export const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9'
export const ANY_USAGE = '2.5.29.37.0'
export const UNKNOWN_CRITICAL = extension('1.2.3.4', octets(5, 0), { critical: true })
export const LIFETIME_MS = 3_600_000

export const root = makeAuthority({ key: makeKey('P-256'), subject: commonName('Root') })
export const issuing = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Issuing'),
  issuer: root,
})
export const stranger = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Issuing'),
  issuer: root,
})

/** What an issuer that is rotated has beside it. */
export const nextRoot = makeAuthority({ key: makeKey('P-256'), subject: commonName('Next Root') })
/** As after a root was renewed: the same name, another key. */
export const namesake = makeAuthority({ key: makeKey('P-256'), subject: commonName('Root') })

export const notCa = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Leaf'),
  issuer: root,
  extensions: [basicConstraints(false)],
})
export const expired = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Expired'),
  issuer: root,
  notAfter: new Date('2025-12-31T23:59:59Z'),
})
export const strict = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Strict'),
  issuer: root,
  extensions: [basicConstraints(true), UNKNOWN_CRITICAL],
})
export const pathless = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Pathless'),
  issuer: root,
  extensions: [basicConstraints(true, 0)],
})
export const belowPathless = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Below'),
  issuer: pathless,
})

const key = makeKey('P-256')
const subject = commonName('web')
export const names = subjectAltName(generalName.dns('web.example.com'))
export const NOW_MS = Date.parse('2026-01-01T00:00:00Z')

export const LEAF_EXTENSIONS = [
  basicConstraints(false),
  keyUsage(0),
  extKeyUsage(SERVER_AUTH),
  names,
]

export const leaf = (options: AuthorityOptions = {}): Authority =>
  makeAuthority({
    key,
    subject,
    issuer: issuing,
    extensions: LEAF_EXTENSIONS,
    notBefore: new Date(NOW_MS),
    notAfter: new Date(NOW_MS + LIFETIME_MS),
    ...options,
  })

/** A leaf with other extensions beside its names, by the issuing CA. */
export const withExtensions = (...extensions: readonly Uint8Array[]): string =>
  leaf({ extensions: [...extensions, names] }).pem + issuing.pem

export const during = (notBefore: number, notAfter: number): string =>
  leaf({ notBefore: new Date(NOW_MS + notBefore), notAfter: new Date(NOW_MS + notAfter) }).pem +
  issuing.pem

export const csr = (...extensions: readonly Uint8Array[]): string =>
  Buffer.from(makeCsr({ key, subject, extensions: [names, ...extensions] })).toString('base64')

const request = (fields: Partial<SignRequest> = {}): SignRequest => ({
  csr: csr(),
  durationSeconds: 3_600,
  isCA: false,
  usages: ['digital signature', 'key encipherment', 'server auth'],
  origin: {
    kind: 'CertificateRequest',
    namespace: 'default',
    name: 'web-1',
    uid: 'u',
    username: '',
    groups: [],
  },
  ...fields,
})

export const CONSTRAINED_CA = {
  isCA: true,
  usages: ['cert sign'],
  csr: csr(nameConstraints([generalName.dns('a.example')], [generalName.dns('x.a.example')])),
}

export const SELF_SIGNED = makeAuthority({
  key,
  subject,
  extensions: [basicConstraints(true), keyUsage(5), names],
  notBefore: new Date(NOW_MS),
  notAfter: new Date(NOW_MS + LIFETIME_MS),
}).pem

const answer = (chain: string, ca = root.pem): SignAnswer => ({
  chain,
  ca,
  serialNumber: '01',
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: '2026-01-01T01:00:00Z',
  clamped: null,
  replayed: false,
  ignored: [],
  warnings: [],
})

/** What a test changes of a good answer and of its request. */
export interface Given {
  readonly chain?: string
  readonly ca?: string
  readonly fields?: Partial<SignRequest>
  readonly seen?: Partial<SeenFingerprints>
  readonly nowMs?: number
}

const SEEN = {
  cas: [issuing, expired, strict, belowPathless, notCa].map(sha256Of),
  roots: [root, nextRoot, namesake].map(sha256Of),
}

/** Remembers what all answers of this file came with. */
const certificates = new CertificateCache()

export const verify = ({
  chain = leaf().pem + issuing.pem,
  ca,
  fields,
  seen,
  nowMs = NOW_MS,
}: Given): unknown =>
  verifyResponse(
    answer(chain, ca),
    {
      request: request(fields),
      seen: { cas: SEEN.cas, roots: SEEN.roots, ...seen },
      nowMs,
    },
    certificates,
  )

/** A refusal for a time, whose message contains `want`. */
export const refusal = (want: string): object => ({
  ok: false,
  error: { class: 'temporary', code: 'answer_refused', message: expect.stringContaining(want) },
})
