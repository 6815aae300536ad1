/**
 * CertificateRequests as cert-manager makes them for its Certificates.
 *
 * @module
 */
import { makeCsr } from '@edge-issuer/testbed/pki/csr'
import {
  commonName,
  generalName,
  type KeyPair,
  subjectAltName,
  toPem,
} from '@edge-issuer/testbed/pki/x509'

/** Whom a request is for. */
export interface IssuerRef {
  readonly group: string
  readonly kind: 'Issuer' | 'ClusterIssuer'
  readonly name: string
}

/** The namespace of all requests here. */
export const NAMESPACE = 'default'

/** The collection of the requests. */
export const REQUESTS_PATH = `/apis/cert-manager.io/v1/namespaces/${NAMESPACE}/certificaterequests`

/** The label that the requests of one run have: `run=first`. */
export const RUN_LABEL = 'run'

/** What differs between requests. */
export interface RequestFields {
  readonly name: string
  readonly run: string
  readonly issuerRef: IssuerRef
  /** Signs the certification request; the certificate is for it. */
  readonly key: KeyPair
}

/** A request for three DNS names. */
export function certificateRequest({ name, run, issuerRef, key }: RequestFields): object {
  const host = `${name}.bench.example`
  const names = [host, `www.${host}`, `api.${host}`].map(generalName.dns)
  const der = makeCsr({
    key,
    subject: commonName(host),
    extensions: [subjectAltName(...names)],
  })
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'CertificateRequest',
    metadata: {
      name,
      namespace: NAMESPACE,
      labels: { [RUN_LABEL]: run },
      annotations: {
        'cert-manager.io/certificate-name': name,
        'cert-manager.io/certificate-revision': '1',
        'cert-manager.io/private-key-secret-name': `${name}-private-key`,
      },
    },
    spec: {
      request: Buffer.from(toPem('CERTIFICATE REQUEST', der)).toString('base64'),
      issuerRef,
      duration: '2160h0m0s',
      usages: ['digital signature', 'key encipherment', 'server auth'],
    },
  }
}

/** Names `first-1` to `first-COUNT`. */
export const namesOf = (run: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `${run}-${String(at + 1)}`)
