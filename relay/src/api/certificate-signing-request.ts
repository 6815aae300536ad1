/**
 * The slice of Kubernetes' own CertificateSigningRequest that the relay reads (certificates.k8s.io/v1).
 *
 * @module
 */
import { z } from 'zod'
import { conditionSchema } from './condition.ts'
import { metadataSchema } from './metadata.ts'

/** cert-manager's annotations on a CertificateSigningRequest (pkg/apis/experimental/v1alpha1). */
export const SIGNING_REQUEST_ANNOTATION = {
  /** Go duration; shortens `spec.expirationSeconds` where that is set. */
  duration: 'experimental.cert-manager.io/request-duration',
  /** Exactly `true` asks for a CA certificate. */
  isCA: 'experimental.cert-manager.io/request-is-ca',
} as const

/** The fields that identify the signer of a request. */
export const signingRequestClaimSchema = z.object({ spec: z.object({ signerName: z.string() }) })

/** Everything that is not read is dropped, which keeps the store small. */
export const certificateSigningRequestSchema = z
  .object({
    metadata: metadataSchema,
    spec: z.object({
      signerName: z.string(),
      /** Base64 of a PEM PKCS#10. */
      request: z.string(),
      expirationSeconds: z.int().optional(),
      usages: z.array(z.string()).default([]),
      username: z.string().default(''),
      groups: z.array(z.string()).default([]),
    }),
    status: z
      .object({
        conditions: z.array(conditionSchema).default([]),
        certificate: z.string().default(''),
      })
      .prefault({}),
  })
  .transform(({ metadata, spec, status: { conditions, certificate } }) => ({
    metadata,
    spec,
    status: { conditions, hasCertificate: certificate !== '' },
  }))

export type CertificateSigningRequest = z.infer<typeof certificateSigningRequestSchema>
