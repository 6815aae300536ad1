/**
 * The admin API of protocol version 1: paths, queries and answers of what only reads. Requests are signed as
 * any GET is, with a key of an admin, which is never one of a client.
 *
 * @module
 */
import * as z from 'zod/mini'
import { nameSchema, noticesSchema, originSchema, uidSchema } from './messages.ts'

/** What an admin may do: `read` lists and shows; `admin` also sees who asked, with the evidence, and changes clients. */
export const ADMIN_ROLES = ['read', 'admin'] as const
export type AdminRole = (typeof ADMIN_ROLES)[number]

/** What every path of the admin API begins with. */
export const ADMIN_PATH = '/v1/admin'

/** Path of the certificates that were issued; GET, role `read`. */
export const ADMIN_CERTIFICATES_PATH = `${ADMIN_PATH}/certificates`

/** Path of one certificate by its serial number; GET, role `read`. */
export const adminCertificatePath = (serialNumber: string): string =>
  `${ADMIN_CERTIFICATES_PATH}/${serialNumber}`

/** Path of whole records, to keep outside; GET, role `admin`. */
export const ADMIN_EXPORT_PATH = `${ADMIN_PATH}/export`

/** Path of requests that were refused; GET, role `admin`. */
export const ADMIN_REFUSALS_PATH = `${ADMIN_PATH}/refusals`

/** Path of counters in the Prometheus text format; GET, role `read`. */
export const ADMIN_METRICS_PATH = `${ADMIN_PATH}/metrics`

/** Path of counters for a scraper; GET, with a bearer token and no signature. */
export const METRICS_PATH = '/v1/metrics'

/** Path for probes, below the public URL and at the root; GET, for anyone. */
export const HEALTHZ_PATH = '/healthz'

/** Content type of {@link ADMIN_METRICS_PATH} and {@link METRICS_PATH}. */
export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Most items of one page. */
export const MAX_PAGE_ITEMS = 500

/** Items of a page when the query does not say. */
export const DEFAULT_PAGE_ITEMS = 100

/** A serial number as every answer has it: whole bytes, lower-case hexadecimal (RFC 5280 §4.1.2.2). */
export const SERIAL_NUMBER_PATTERN = /^([0-9a-f]{2}){1,20}$/

const serialNumberSchema = z
  .string()
  .check(z.regex(SERIAL_NUMBER_PATTERN, 'must be pairs of hexadecimal digits in lower case'))

/** RFC 3339, UTC. */
export const timeSchema = z.iso.datetime()

const limitSchema = z.string().check(
  z.regex(/^[1-9]\d{0,2}$/, 'must be a whole number'),
  z.refine((text) => Number(text) <= MAX_PAGE_ITEMS, `must be at most ${String(MAX_PAGE_ITEMS)}`),
)

/** The position of a page: `next` of the page before, unchanged. */
const cursorSchema = z
  .string()
  .check(z.regex(/^[A-Za-z0-9_-]{1,512}$/, 'must be the "next" of a page'))

/** Which ledgers: all of them, or those of one issuer or one client. */
const ledgerMembers = { issuer: z.optional(nameSchema), client: z.optional(nameSchema) }
/** How much of a list, and from where on. */
export const pageMembers = { limit: z.optional(limitSchema), cursor: z.optional(cursorSchema) }

/**
 * Query of {@link ADMIN_EXPORT_PATH}, and filters of {@link ADMIN_CERTIFICATES_PATH}; every member that is there must
 * hold. Times are RFC 3339 in UTC; `…After` includes its time, `…Before` does not.
 */
export const certificatesQuerySchema = z.strictObject({
  ...ledgerMembers,
  serialNumber: z.optional(serialNumberSchema),
  uid: z.optional(uidSchema),
  /**
   * A subject alternative name or common name, whole: `a.example`; or the end of one: `.example.com` or
   * `*.example.com`. With a kind before it, such as `DNS:`, `IP:`, `URI:`, `email:` or `UPN:`, alternative names
   * of this kind only. Case is ignored.
   */
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(2048))),
  /** Of the request in the cluster. */
  namespace: z.optional(nameSchema),
  /**
   * Without certificates that were renewed: of the requests of a client for an issuer that have the same kind,
   * namespace and name (of a CertificateRequest, without the revision at its end), the last one counts.
   */
  current: z.optional(z.literal('true')),
  issuedAfter: z.optional(timeSchema),
  issuedBefore: z.optional(timeSchema),
  expiresAfter: z.optional(timeSchema),
  expiresBefore: z.optional(timeSchema),
  ...pageMembers,
})

/**
 * Query of {@link ADMIN_CERTIFICATES_PATH}: filters, and where to look. The worker's index is asked for what the
 * ledgers have sent it, which is all but the certificates of the last seconds.
 */
export const certificatesListQuerySchema = z.strictObject({
  ...certificatesQuerySchema.shape,
  /** Ask every ledger instead of the index. */
  direct: z.optional(z.literal('true')),
})

/** Query of {@link adminCertificatePath}; only certificates of this issuer and this client are shown. */
export const certificateQuerySchema = z.strictObject(ledgerMembers)

/** Query of {@link METRICS_PATH}. */
export const metricsQuerySchema = z.strictObject({
  /** `client`: a sample for each client instead of one for all, so thousands where there are thousands of clients. */
  by: z.optional(z.literal('client')),
})

/** Query of {@link ADMIN_REFUSALS_PATH}. */
export const refusalsQuerySchema = z.strictObject({ ...ledgerMembers, ...pageMembers })

/** Who asked, as the client reported it. */
export const requesterSchema = z.object({
  /** CertificateRequest, CertificateSigningRequest or CommandLine. */
  kind: z.string(),
  /** Empty for what is not namespaced. */
  namespace: z.string(),
  name: z.string(),
  username: z.string(),
  /** Absent in lists. */
  groups: z.optional(z.array(z.string())),
})

/** One certificate in a list. */
export const certificateSummarySchema = z.object({
  issuer: z.string(),
  client: z.string(),
  /** Lower-case hexadecimal. */
  serialNumber: z.string(),
  uid: z.string(),
  profile: z.string(),
  /** RFC 4514, for people. */
  subject: z.string(),
  /** In openssl's form: `DNS:a.example`. */
  subjectAltNames: z.array(z.string()),
  notBefore: timeSchema,
  notAfter: timeSchema,
  issuedAt: timeSchema,
  /** For the role `admin` only; older workers do not send it. */
  requester: z.optional(requesterSchema),
})

/** A page of a list: in the order of ledgers, then of issuing. */
export const certificatesPageSchema = z.object({
  certificates: z.array(certificateSummarySchema),
  /** The cursor of the page after this one; `null` after the last one. */
  next: z.nullable(z.string()),
  /**
   * Up to when the list is complete, as far as the ledgers have reported: it may lack certificates that were
   * issued later. Absent when the ledgers themselves were asked; older workers always ask them.
   */
  indexedThrough: z.optional(timeSchema),
})

/** One certificate with its chain. */
export const certificateDetailSchema = z.object({
  ...certificateSummarySchema.shape,
  clamped: z.nullable(z.enum(['profile', 'issuer'])),
  /** PEM: the leaf, then each intermediate upwards; no root. */
  chain: z.string(),
  /** PEM: the one root that the chain ends at, also when it was issued with the roots of a rotation. */
  ca: z.string(),
  /** As in the answer that the client got. */
  ignored: noticesSchema,
  warnings: noticesSchema,
})

/**
 * All that is recorded of one certificate. With the public key of the client, the evidence proves which
 * request the holder of that key signed: the certification request, the rest of the request, and the requester
 * that the client named. It does not prove that the client named the requester correctly.
 */
export const certificateRecordSchema = z.object({
  ...certificateDetailSchema.shape,
  origin: originSchema,
  /** SHA-256 of the canonical request, lower-case hexadecimal. */
  requestDigest: z.string(),
  evidence: z.object({
    /** RFC 7638 thumbprint of the client's key. */
    keyId: z.string(),
    /** RFC 9421 §2.5. */
    signatureBase: z.string(),
    /** Ed25519 over `signatureBase`, base64. */
    signature: z.string(),
    /**
     * Body of the request, base64 of its bytes as they were sent: what the `content-digest` in
     * `signatureBase` (RFC 9530 §2) is the digest of. `null` for certificates from before the ledger kept
     * it; workers before protocol 1.1 do not send it.
     */
    // oxlint-disable-next-line no-underscore-dangle -- zod's name; `default` is a word of the language
    body: z._default(z.nullable(z.base64()), null),
    /** The ServiceAccount token in `signatureBase`; absent for a registered key. */
    token: z.optional(z.string()),
  }),
})

/** A page of {@link ADMIN_EXPORT_PATH}. */
export const exportPageSchema = z.object({
  records: z.array(certificateRecordSchema),
  next: z.nullable(z.string()),
})

/** One request of a client that was refused. */
export const refusedRequestSchema = z.object({
  issuer: z.string(),
  client: z.string(),
  at: timeSchema,
  uid: z.string(),
  namespace: z.string(),
  name: z.string(),
  code: z.string(),
  detail: z.string(),
})

/** A page of {@link ADMIN_REFUSALS_PATH}. */
export const refusalsPageSchema = z.object({
  refusals: z.array(refusedRequestSchema),
  next: z.nullable(z.string()),
})

export type CertificatesListQuery = z.infer<typeof certificatesListQuerySchema>
export type CertificatesQuery = z.infer<typeof certificatesQuerySchema>
export type CertificateQuery = z.infer<typeof certificateQuerySchema>
export type RefusalsQuery = z.infer<typeof refusalsQuerySchema>
export type Requester = z.infer<typeof requesterSchema>
export type CertificateSummary = z.infer<typeof certificateSummarySchema>
export type CertificatesPage = z.infer<typeof certificatesPageSchema>
export type CertificateDetail = z.infer<typeof certificateDetailSchema>
export type CertificateRecord = z.infer<typeof certificateRecordSchema>
export type ExportPage = z.infer<typeof exportPageSchema>
export type RefusedRequest = z.infer<typeof refusedRequestSchema>
export type RefusalsPage = z.infer<typeof refusalsPageSchema>
