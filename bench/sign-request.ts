/**
 * The request that every figure is about: a P-256 key, a common name, three DNS names, and the two
 * extensions that most clients ask for. Each call makes another key and another uid.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { encodeBase64, type SignRequest } from '@edge-issuer/shared'
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import {
  commonName,
  extKeyUsage,
  generalName,
  keyUsage,
  makeKey,
  subjectAltName,
} from '@edge-issuer/testbed/pki/x509'

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
/** Bit of keyUsage. */
const DIGITAL_SIGNATURE = 0

/** The first DNS name that the request of a uid asks for. */
export const hostOf = (uid: string): string => `${uid.slice(0, 8)}.bench.example`

/** Makes a new request. */
export function makeSignRequest(): SignRequest {
  const uid = randomUUID()
  const host = hostOf(uid)
  const csr = makeCsr({
    key: makeKey('P-256'),
    subject: commonName(host),
    extensions: [
      subjectAltName(...[host, `www.${host}`, `api.${host}`].map(generalName.dns)),
      keyUsage(DIGITAL_SIGNATURE),
      extKeyUsage(SERVER_AUTH, CLIENT_AUTH),
    ],
  })
  return {
    csr: encodeBase64(csr),
    durationSeconds: 86_400,
    isCA: false,
    usages: ['digital signature', 'server auth', 'client auth'],
    origin: {
      kind: 'CertificateRequest',
      namespace: 'bench',
      name: `web-${uid.slice(0, 8)}`,
      uid,
      username: 'system:serviceaccount:cert-manager:cert-manager',
      groups: ['system:serviceaccounts', 'system:authenticated'],
    },
  }
}
