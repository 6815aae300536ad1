import type { SignAnswer, SignRequest } from '@edge-issuer/shared'

/** A request as the protocol wants it; its CSR is none. */
export const REQUEST: SignRequest = {
  csr: 'MAA=',
  durationSeconds: 60,
  isCA: false,
  usages: ['server auth'],
  origin: {
    kind: 'CertificateRequest',
    namespace: 'default',
    name: 'web-1',
    uid: 'uid-1',
    username: 'someone',
    groups: [],
  },
}

/** An answer as the protocol wants it; its certificates are none. */
export const ANSWER: SignAnswer = {
  chain: 'chain',
  ca: 'ca',
  serialNumber: '01',
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: '2026-02-01T00:00:00Z',
  clamped: null,
  replayed: false,
  ignored: [],
  warnings: [],
}
