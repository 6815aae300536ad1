/**
 * Schema of `edge-issuer status --json`. A new member or another meaning needs a new `schemaVersion`.
 * docs/operations.md lists the members, and a test compares the two.
 *
 * @module
 */
import { z } from 'zod'

/** States of a request. */
export const REQUEST_STATES = [
  /** Has a certificate. */
  'issued',
  /** Failed permanently, or after the last retry. */
  'failed',
  'denied',
  /** Marked as malformed by cert-manager or an approver. */
  'invalid',
  'deleting',
  /** Has a signer name of ours for a namespaced issuer. */
  'unsupported-signer',
  /** Has an issuerRef with our group and an unknown kind. */
  'unknown-issuer-kind',
  'not-approved',
  /** The issuer is missing, not Ready, or Ready for an older spec. */
  'issuer-not-ready',
  /** Waiting for the worker only. */
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
  /** What the relay reported in an Event if it could not write the status; null otherwise. */
  unwritten: z.string().nullable(),
  /** When `ready` last changed. */
  since: timeSchema.nullable(),
  /** Whether the condition is for the current spec. */
  isCurrent: z.boolean(),
  /** The active CA at the last successful check. */
  ca: z
    .strictObject({
      subject: z.string(),
      serialNumber: z.string(),
      notAfter: z.string(),
      sha256: z.string(),
    })
    .nullable(),
  /** Every CA of the issuer; several during a rotation. */
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
  /** Null if the signer name does not name an issuer. */
  issuer: issuerNameSchema.nullable(),
  state: z.enum(REQUEST_STATES),
  createdAt: timeSchema,
  why: z.string(),
  /** What the relay reported in an Event if it could not write the status; null otherwise. */
  unwritten: z.string().nullable(),
})

const relayStatusSchema = z.strictObject({
  namespace: z.string(),
  lease: z.string(),
  /** Holder of the Lease: host and process. Null without a holder, or if the Lease could not be read. */
  leader: z.string().nullable(),
  /** Whether the Lease is valid according to this machine's clock. */
  isLeading: z.boolean(),
  renewedAt: z.string().nullable(),
  /** Version of the leader's Pod; null if it could not be read. */
  version: z.string().nullable(),
  image: z.string().nullable(),
  /** What could not be determined, and why. */
  unknown: z.array(z.string()).readonly(),
})

export const statusReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  time: timeSchema,
  relay: relayStatusSchema,
  issuers: z.array(issuerStatusSchema).readonly(),
  requests: z.strictObject({
    /** Number of requests of both kinds in each state. */
    counts: z.record(z.enum(REQUEST_STATES), z.int().nonnegative()),
    /** Requests that are neither issued nor denied nor deleting, oldest first. */
    open: z.array(requestStatusSchema).readonly(),
  }),
  /** Collections and objects that could not be read and are missing above, with the error. */
  unread: z.array(z.string()).readonly(),
})

export type StatusReport = z.infer<typeof statusReportSchema>
export type IssuerStatus = z.infer<typeof issuerStatusSchema>
export type RequestStatus = z.infer<typeof requestStatusSchema>
export type RelayStatus = z.infer<typeof relayStatusSchema>
export type RequestState = (typeof REQUEST_STATES)[number]
