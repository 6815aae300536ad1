/**
 * Valid Kubernetes objects, as the relay reads them; a test changes the field that it is about.
 *
 * @module
 */
import {
  type CertificateRequest,
  certificateRequestSchema,
} from '../../relay/src/api/certificate-request.ts'
import {
  type CertificateSigningRequest,
  certificateSigningRequestSchema,
} from '../../relay/src/api/certificate-signing-request.ts'
import { GROUP, VERSION } from '../../relay/src/api/group.ts'
import { type Issuer, issuerSchema } from '../../relay/src/api/issuer.ts'

/** 2026-01-01T00:00:00Z: when the objects were created. */
export const CREATED_MS = Date.parse('2026-01-01T00:00:00Z')
const CREATED = '2026-01-01T00:00:00Z'

/** A condition of an object. */
export const aCondition = (
  type: string,
  fields: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  type,
  status: 'True',
  reason: 'Test',
  message: '',
  lastTransitionTime: CREATED,
  ...fields,
})

/** Fields that a test may set in a request; the rest is valid. */
export interface RequestFields {
  readonly metadata?: object
  readonly spec?: object
  readonly status?: object
}

/** An approved request for Issuer `default/ca`, as JSON. */
export const aRequestObject = (fields: RequestFields = {}): object => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'CertificateRequest',
  metadata: {
    name: 'web-1',
    namespace: 'default',
    uid: 'b7f1c9a0-0000-4000-8000-000000000001',
    resourceVersion: '7',
    generation: 1,
    creationTimestamp: CREATED,
    ...fields.metadata,
  },
  spec: {
    issuerRef: { group: GROUP, kind: 'Issuer', name: 'ca' },
    request: btoa('-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n'),
    usages: ['digital signature', 'server auth'],
    username: 'system:serviceaccount:cert-manager:cert-manager',
    groups: ['system:authenticated'],
    ...fields.spec,
  },
  status: { conditions: [aCondition('Approved')], ...fields.status },
})

/** {@link aRequestObject}, read. */
export const aRequest = (fields: RequestFields = {}): CertificateRequest =>
  certificateRequestSchema.parse(aRequestObject(fields))

/** An approved Kubernetes request for ClusterIssuer `ca`. */
export const aSigningRequest = (fields: RequestFields = {}): CertificateSigningRequest =>
  certificateSigningRequestSchema.parse({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: {
      name: 'web',
      uid: 'b7f1c9a0-0000-4000-8000-000000000002',
      resourceVersion: '9',
      creationTimestamp: CREATED,
      ...fields.metadata,
    },
    spec: {
      signerName: `clusterissuers.${GROUP}/ca`,
      request: btoa(
        '-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n',
      ),
      usages: ['digital signature', 'client auth'],
      username: 'jane',
      groups: ['developers', 'system:authenticated'],
      ...fields.spec,
    },
    status: { conditions: [aCondition('Approved')], ...fields.status },
  })

/** A Ready issuer `default/ca`, as JSON. */
export const anIssuerObject = (
  fields: RequestFields & { readonly kind?: string } = {},
): object => ({
  apiVersion: `${GROUP}/${VERSION}`,
  kind: fields.kind ?? 'Issuer',
  metadata: {
    name: 'ca',
    ...(fields.kind === 'ClusterIssuer' ? {} : { namespace: 'default' }),
    uid: 'b7f1c9a0-0000-4000-8000-0000000000ca',
    resourceVersion: '3',
    generation: 2,
    creationTimestamp: CREATED,
    ...fields.metadata,
  },
  spec: {
    url: 'https://ca.test',
    authSecretName: 'edge-client',
    issuer: 'default',
    ...fields.spec,
  },
  status: {
    conditions: [aCondition('Ready', { reason: 'Checked', observedGeneration: 2 })],
    ...fields.status,
  },
})

/** {@link anIssuerObject}, read. */
export const anIssuer = (fields: RequestFields & { readonly kind?: string } = {}): Issuer =>
  issuerSchema.parse(anIssuerObject(fields))
