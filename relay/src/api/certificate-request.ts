/**
 * The slice of cert-manager's CertificateRequest that the relay reads
 * (deploy/crds/cert-manager.io_certificaterequests.yaml).
 *
 * @module
 */
import { z } from 'zod'
import { conditionSchema } from './condition.ts'
import { metadataSchema } from './metadata.ts'

const issuerRefSchema = z.object({
  name: z.string(),
  /** Empty means `Issuer`. */
  kind: z.string().default(''),
  /** Empty means `cert-manager.io`, so never ours. */
  group: z.string().default(''),
})

/** The fields that identify the signer of a request. */
export const requestClaimSchema = z.object({
  metadata: z.object({ namespace: z.string().default('') }),
  spec: z.object({ issuerRef: issuerRefSchema }),
})

export type RequestClaim = z.infer<typeof requestClaimSchema>

/** Everything that is not read is dropped, which keeps the store small. */
export const certificateRequestSchema = z
  .object({
    metadata: metadataSchema,
    spec: z.object({
      issuerRef: issuerRefSchema,
      /** Base64 of a PEM PKCS#10. */
      request: z.string(),
      /** Go duration; cert-manager's default of 90 days when absent. */
      duration: z.string().optional(),
      isCA: z.boolean().default(false),
      usages: z.array(z.string()).default([]),
      username: z.string().default(''),
      groups: z.array(z.string()).default([]),
    }),
    status: z
      .object({
        conditions: z.array(conditionSchema).default([]),
        certificate: z.string().default(''),
        failureTime: z.string().optional(),
      })
      .prefault({}),
  })
  .transform(({ metadata, spec, status: { conditions, certificate, failureTime } }) => ({
    metadata,
    spec,
    status: { conditions, hasCertificate: certificate !== '', failureTime },
  }))

export type CertificateRequest = z.infer<typeof certificateRequestSchema>
