/**
 * Our Issuer and ClusterIssuer: one spec, one status. The CRDs in `crds/` are the truth about what
 * may be written; this is what the relay reads.
 *
 * @module
 */
import { AUTHORITY_STATES } from '@edge-issuer/shared'
import { z } from 'zod'
import { conditionSchema } from './condition.ts'
import { metadataSchema } from './metadata.ts'

/** What an issuer that names none asks the worker for. */
const DEFAULT_ISSUER_NAME = 'default'

const issuerSpecSchema = z.object({
  url: z.string(),
  authSecretName: z.string(),
  issuer: z.string().default(DEFAULT_ISSUER_NAME),
  profile: z.string().optional(),
  /** Base64 of PEM. */
  caBundle: z.string().optional(),
  /** Go duration. */
  maxRetryDuration: z.string().optional(),
})

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

export const issuerSchema = z.object({
  kind: z.enum(['Issuer', 'ClusterIssuer']),
  metadata: metadataSchema,
  spec: issuerSpecSchema,
  status: z
    .object({
      conditions: z.array(conditionSchema).default([]),
      /** What the last good health check saw, and so are the authorities. */
      ca: issuerCaSchema.optional(),
      authorities: z.array(issuerAuthoritySchema).optional(),
    })
    .prefault({}),
})

export type Issuer = z.infer<typeof issuerSchema>
export type IssuerKind = Issuer['kind']
export type IssuerSpec = Issuer['spec']
/** What a good health check sees of the CAs. */
export type SeenAuthorities = Pick<Issuer['status'], 'ca' | 'authorities'>

/**
 * @returns Fingerprints of every CA that the last good health check saw, in the order of the worker;
 *   `undefined` before the first one.
 */
export function seenFingerprints({ status }: Issuer): readonly string[] | undefined {
  const { ca, authorities = ca && [ca] } = status
  return authorities?.map(({ sha256 }) => sha256)
}
