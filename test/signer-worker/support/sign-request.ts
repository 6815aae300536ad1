/**
 * A valid request to sign; a test changes the one field that it is about.
 * @module
 */
import type { SignOrigin, SignRequest } from '@edge-issuer/shared'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import { commonName, generalName, subjectAltName } from '@edge-issuer/testbed/pki/x509'

/** Changes to a request; `uid` is that of its origin. */
export interface SignRequestChanges extends Partial<Omit<SignRequest, 'csr' | 'origin'>> {
  readonly uid?: string
  readonly csr?: Uint8Array
}

/** For one DNS name with a P-256 key, for an hour, with a uid of its own. */
export function aSignRequest(changes: SignRequestChanges = {}): SignRequest {
  const { csr = aCsr(), uid = crypto.randomUUID(), ...others } = changes
  return {
    csr: Buffer.from(csr).toString('base64'),
    durationSeconds: 3600,
    isCA: false,
    usages: ['digital signature', 'server auth'],
    origin: { ...ORIGIN, uid },
    ...others,
  }
}

/** For a DNS name. */
export const aCsr = (dnsName = 'a.example'): Uint8Array =>
  makeCsr({
    subject: commonName(dnsName),
    extensions: [subjectAltName(generalName.dns(dnsName))],
  })

const ORIGIN: Omit<SignOrigin, 'uid'> = {
  kind: 'CertificateRequest',
  namespace: 'web',
  name: 'a-1',
  username: 'system:serviceaccount:cert-manager:cert-manager',
  groups: ['system:authenticated'],
}
