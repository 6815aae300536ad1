/**
 * What `edge-issuer status --json` prints. Closed: a member more or another meaning is another
 * `schemaVersion`. docs/operations.md lists the members, and a test holds the two together.
 *
 * @module
 */
import { z } from 'zod'

/** How far a request has come. */
export const REQUEST_STATES = [
  /** Has its certificate. */
  'issued',
  /** Can never succeed, or was given up. */
  'failed',
  'denied',
  /** cert-manager's webhook or an approver says that it is malformed. */
  'invalid',
  'deleting',
  /** Its signer name is ours, but that of a namespaced issuer. */
  'unsupported-signer',
  /** Its issuerRef has our group, and a kind that is not ours. */
  'unknown-issuer-kind',
  'not-approved',
  /** Its issuer is missing, not Ready, or Ready for an older spec. */
  'issuer-not-ready',
  /** Nothing stands in its way but the worker. */
  'signing',
] as const

const timeSchema = z.iso.datetime()

const issuerNameSchema = z.strictObject({
  kind: z.enum(['Issuer', 'ClusterIssuer']),
  /** Null for a ClusterIssuer. */
  namespace: z.string().nullable(),
  name: z.string(),
})

const issuerStatusSchema = z.strictObject({
  ...issuerNameSchema.shape,
  url: z.string(),
  /** `Unknown` before the first check. */
  ready: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  /** What the relay reported instead when it could not write the status; null otherwise. */
  unwritten: z.string().nullable(),
  /** When `ready` last changed. */
  since: timeSchema.nullable(),
  /** Whether the condition is about the spec as it is now. */
  isCurrent: z.boolean(),
  /** The CA that signs, as the last good check saw it. */
  ca: z
    .strictObject({
      subject: z.string(),
      serialNumber: z.string(),
      notAfter: z.string(),
      sha256: z.string(),
    })
    .nullable(),
  /** Every CA of the issuer: several while it is rotated. */
  authorities: z
    .array(
      z.strictObject({
        subject: z.string().nullable(),
        state: z.string(),
        notAfter: z.string(),
        sha256: z.string(),
      }),
    )
    .readonly(),
})

const requestStatusSchema = z.strictObject({
  kind: z.enum(['CertificateRequest', 'CertificateSigningRequest']),
  /** Null for a CertificateSigningRequest. */
  namespace: z.string().nullable(),
  name: z.string(),
  /** Null where the signer name is that of no issuer. */
  issuer: issuerNameSchema.nullable(),
  state: z.enum(REQUEST_STATES),
  createdAt: timeSchema,
  why: z.string(),
  /** What the relay reported instead when it could not write the status; null otherwise. */
  unwritten: z.string().nullable(),
})

const relayStatusSchema = z.strictObject({
  namespace: z.string(),
  lease: z.string(),
  /** Who holds the Lease: host and process. Null when nobody does, or it was not to be seen. */
  leader: z.string().nullable(),
  /** Whether the Lease was renewed in time, by this machine's clock. */
  isLeading: z.boolean(),
  renewedAt: z.string().nullable(),
  /** Of the leader's Pod; null when not to be seen. */
  version: z.string().nullable(),
  image: z.string().nullable(),
  /** What could not be seen, and why. */
  unknown: z.array(z.string()).readonly(),
})

export const statusReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  time: timeSchema,
  relay: relayStatusSchema,
  issuers: z.array(issuerStatusSchema).readonly(),
  requests: z.strictObject({
    /** How many requests of both kinds there are in each state. */
    counts: z.record(z.enum(REQUEST_STATES), z.int().nonnegative()),
    /** All that are neither issued nor denied nor deleting, the oldest first. */
    open: z.array(requestStatusSchema).readonly(),
  }),
  /** Collections and objects that could not be read, and why: what is above leaves them out. */
  unread: z.array(z.string()).readonly(),
})

export type StatusReport = z.infer<typeof statusReportSchema>
export type IssuerStatus = z.infer<typeof issuerStatusSchema>
export type RequestStatus = z.infer<typeof requestStatusSchema>
export type RelayStatus = z.infer<typeof relayStatusSchema>
export type RequestState = (typeof REQUEST_STATES)[number]
