/**
 * Our Issuer and ClusterIssuer: one spec, one status. The CRDs in `crds/` are the truth about what
 * may be written; this is what the relay reads.
 *
 * @module
 */
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

/** What the last good health check saw. */
const issuerCaSchema = z.object({
  subject: z.string(),
  serialNumber: z.string(),
  notAfter: z.string(),
  sha256: z.string(),
})

export const issuerSchema = z.object({
  kind: z.enum(['Issuer', 'ClusterIssuer']),
  metadata: metadataSchema,
  spec: issuerSpecSchema,
  status: z
    .object({ conditions: z.array(conditionSchema).default([]), ca: issuerCaSchema.optional() })
    .prefault({}),
})

export type Issuer = z.infer<typeof issuerSchema>
export type IssuerKind = Issuer['kind']
export type IssuerSpec = Issuer['spec']
export type IssuerCa = z.infer<typeof issuerCaSchema>
