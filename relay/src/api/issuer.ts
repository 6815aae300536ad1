/**
 * Our Issuer and ClusterIssuer: one spec, one status. The CRDs in `crds/` are the truth about what
 * may be written; this is what the relay reads.
 *
 * @module
 */
import { AUTHORITY_STATES } from '@edge-issuer/shared'
import { z } from 'zod'
import { conditionSchema } from './condition.ts'
import { digestOf } from './digest.ts'
import { metadataSchema } from './metadata.ts'

/** What an issuer that names none asks the worker for. */
const DEFAULT_ISSUER_NAME = 'default'

/** The worker's URL and the roots of its TLS certificate. */
const workerSchema = z.object({
  url: z.string(),
  /** Base64 of PEM. */
  caBundle: z.string().optional(),
})

const issuerSpecSchema = workerSchema
  .extend({
    authSecretName: z.string().optional(),
    /** Instead of a Secret. Without a name: the relay's own ServiceAccount, for a ClusterIssuer only. */
    serviceAccountRef: z.object({ name: z.string().optional() }).optional(),
    /** With a ServiceAccount: the client at the worker. */
    clientName: z.string().optional(),
    issuer: z.string().default(DEFAULT_ISSUER_NAME),
    profile: z.string().optional(),
    /** Go duration. */
    maxRetryDuration: z.string().optional(),
  })
  .refine(
    ({ authSecretName, serviceAccountRef }) =>
      (authSecretName === undefined) !== (serviceAccountRef === undefined),
    'must have exactly one of authSecretName and serviceAccountRef',
  )
  .refine(
    ({ serviceAccountRef, clientName }) =>
      (serviceAccountRef === undefined) === (clientName === undefined),
    'clientName is required with serviceAccountRef, and must not be set without it',
  )
  // A caBundle is long, and is read again when a connection is opened.
  .transform(({ caBundle, ...spec }) => ({ ...spec, caBundleHash: caBundleHash(caBundle) }))

/** The CA that signs. */
const issuerCaSchema = z.object({
  subject: z.string(),
  serialNumber: z.string(),
  notAfter: z.string(),
  sha256: z.string(),
})

/** One of the CAs of the issuer: more than one while it is rotated. */
const issuerAuthoritySchema = z.object({
  sha256: z.string(),
  state: z.enum(AUTHORITY_STATES),
  notAfter: z.string(),
  subject: z.string().optional(),
})

/** One root that verifiers of the issuer's certificates must trust. */
const issuerRootSchema = z.object({
  sha256: z.string(),
  notAfter: z.string(),
  subject: z.string().optional(),
})

/** What the last good health check saw. */
const seenSchema = z.object({
  ca: issuerCaSchema.optional(),
  authorities: z.array(issuerAuthoritySchema).optional(),
  /** Absent where an older relay wrote the status. */
  roots: z.array(issuerRootSchema).optional(),
})

export const issuerSchema = z
  .object({
    kind: z.enum(['Issuer', 'ClusterIssuer']),
    metadata: metadataSchema,
    spec: issuerSpecSchema,
    status: seenSchema.extend({ conditions: z.array(conditionSchema).default([]) }).prefault({}),
  })
  .refine(
    ({ kind, spec: { serviceAccountRef } }) =>
      kind === 'ClusterIssuer' ||
      serviceAccountRef === undefined ||
      serviceAccountRef.name !== undefined,
    'spec.serviceAccountRef.name is required for an Issuer',
  )

/** What is not kept of an issuer: read when it is needed. */
export const issuerDetailsSchema = z.object({
  metadata: z.object({ uid: z.string() }),
  spec: workerSchema,
  status: seenSchema.prefault({}),
})

export type IssuerDetails = z.infer<typeof issuerDetailsSchema>

/** @returns What changes with the bundle; nothing without one. */
export const caBundleHash = (caBundle: string | undefined): string | undefined =>
  caBundle === undefined ? undefined : digestOf(caBundle)

export type Issuer = z.infer<typeof issuerSchema>
export type IssuerKind = Issuer['kind']

/** Both kinds. */
export const ISSUER_KINDS = ['Issuer', 'ClusterIssuer'] as const satisfies readonly IssuerKind[]
export type IssuerSpec = Issuer['spec']
/** What a good health check sees of the CAs. */
export type SeenAuthorities = Pick<Issuer['status'], 'ca' | 'authorities' | 'roots'>
export type IssuerRoot = NonNullable<SeenAuthorities['roots']>[number]

/** SHA-256 fingerprints of what the last good health check saw, in the order of the worker. */
export interface SeenFingerprints {
  /** Every issuing CA, in any state. */
  readonly cas: readonly string[]
  /** Every root. */
  readonly roots: readonly string[]
}

/** @returns Empty lists before the first successful check: no certificate is accepted until then. */
export function seenFingerprints({ status }: Issuer): SeenFingerprints {
  const { ca, authorities = ca === undefined ? [] : [ca], roots = [] } = status
  return { cas: fingerprints(authorities), roots: fingerprints(roots) }
}

const fingerprints = (list: readonly { readonly sha256: string }[]): readonly string[] =>
  list.map(({ sha256 }) => sha256)
