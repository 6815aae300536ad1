import type { SignRequest } from '@edge-issuer/shared'

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
