/**
 * The messages of protocol version 1, as closed schemas: an unknown field is refused in a request.
 * An answer's unknown fields are dropped, so that a worker one minor version newer is understood.
 *
 * @module
 */
import * as z from 'zod/mini'
import { MAX_CSR_BYTES, MAX_USAGES, NAME_PATTERN } from './protocol.ts'
import type { RefusalClass } from './refusal.ts'

/** Base64 of {@link MAX_CSR_BYTES} bytes, in characters. */
const MAX_CSR_CHARACTERS = Math.ceil(MAX_CSR_BYTES / 3) * 4

/** Longest lifetime that can be requested, in seconds: a hundred years of 365.25 days. */
export const MAX_DURATION_SECONDS = 3_155_760_000

/** Most groups of a requester. */
export const MAX_GROUPS = 1024

/** Longest group, in UTF-16 code units. */
export const MAX_GROUP_CHARACTERS = 1024

/** Longest username, in UTF-16 code units. */
const MAX_USERNAME_CHARACTERS = 1024

/** Most bytes of UTF-8 of a username and its groups together: each certificate keeps them in the ledger. */
export const MAX_USER_BYTES = 8192

/** Name of an issuer, a profile or a client. */
export const nameSchema = z.string().check(z.regex(NAME_PATTERN, 'must be a DNS label (RFC 1123)'))

/**
 * A uid as the ledger's key. Kubernetes uids are UUIDs, but nothing here depends on it; the set of
 * characters is that of a header value that needs no quoting.
 */
export const uidSchema = z
  .string()
  .check(z.regex(/^[A-Za-z0-9._:-]{1,128}$/, 'must be 1 to 128 of A-Za-z0-9._:-'))

/** The size of a user as {@link MAX_USER_BYTES} counts it, in bytes of UTF-8. */
export const userBytes = (username: string, groups: readonly string[]): number =>
  groups.reduce((bytes, group) => bytes + utf8Bytes(group), utf8Bytes(username))

const utf8 = new TextEncoder()
const utf8Bytes = (text: string): number => utf8.encode(text).length

/** Who asked, in Kubernetes: for policy and for the ledger. Never copied into the certificate. */
export const originSchema = z.strictObject({
  kind: z.enum(['CertificateRequest', 'CertificateSigningRequest', 'CommandLine']),
  /** Empty for what is not namespaced. */
  namespace: z.string().check(z.maxLength(63)),
  name: z.string().check(z.maxLength(253)),
  uid: uidSchema,
  username: z.string().check(z.maxLength(MAX_USERNAME_CHARACTERS)),
  groups: z
    .array(z.string().check(z.maxLength(MAX_GROUP_CHARACTERS)))
    .check(z.maxLength(MAX_GROUPS)),
  /**
   * When the object was created, by the clock of its API server, in whole seconds; absent from relays before
   * protocol 1.3. Decides only after the ledger was restored from an older copy. A client can misstate it, and
   * harms itself alone: the worst that it gets is a second certificate for a uid of its own.
   */
  createdAt: z.optional(z.iso.datetime({ precision: 0 })),
})

/** Body of `POST /v1/issuers/{issuer}/certificates`. */
export const signRequestSchema = z.strictObject({
  /** PKCS#10 (RFC 2986) in DER, as base64 (RFC 4648 §4, padded). */
  csr: z.base64().check(z.minLength(4), z.maxLength(MAX_CSR_CHARACTERS)),
  /** notAfter − notBefore of the certificate, in seconds. */
  durationSeconds: z.int().check(z.gte(1), z.lte(MAX_DURATION_SECONDS)),
  isCA: z.boolean(),
  /** cert-manager's usage strings, complete: nothing is added by the worker. */
  usages: z.array(z.string().check(z.minLength(1), z.maxLength(64))).check(z.maxLength(MAX_USAGES)),
  /** The client's default profile when absent. */
  profile: z.optional(nameSchema),
  origin: originSchema.check(
    z.refine(
      ({ username, groups }) => userBytes(username, groups) <= MAX_USER_BYTES,
      `username and groups together must be at most ${String(MAX_USER_BYTES)} bytes of UTF-8`,
    ),
  ),
})

/** Most notices of one list in an answer, and the longest of them in characters. */
export const MAX_NOTICES = 32
export const MAX_NOTICE_CHARACTERS = 512

/** What is not certified, or what verifiers may refuse; empty where an older worker does not send it. */
export const noticesSchema = z
  // oxlint-disable-next-line no-underscore-dangle -- zod's name; `default` is a word of the language
  ._default(
    z.array(z.string().check(z.maxLength(MAX_NOTICE_CHARACTERS))).check(z.maxLength(MAX_NOTICES)),
    () => [],
  )

/** Body of a 200 (replayed) or 201 (signed) answer. */
export const signAnswerSchema = z.object({
  /** PEM: the leaf, then each intermediate upwards; no root. */
  chain: z.string(),
  /**
   * PEM: what verifiers must trust. The root that the chain ends at, first; then the roots of the
   * issuer's other CAs, each once, so that while an issuer is rotated every Secret has both.
   */
  ca: z.string(),
  /** Lower-case hexadecimal, without separators. */
  serialNumber: z.string(),
  /** RFC 3339, whole seconds, UTC. */
  notBefore: z.iso.datetime(),
  notAfter: z.iso.datetime(),
  /** What shortened the requested duration, if anything. */
  clamped: z.nullable(z.enum(['profile', 'issuer'])),
  /** Whether the ledger already held this certificate. */
  replayed: z.boolean(),
  /**
   * Contents that the certification request or the usages requested and the certificate does not have, one
   * sentence each; absent from workers before protocol 1.1.
   */
  ignored: noticesSchema,
  /** What a verifier may refuse in this certificate, and what to add; absent from older workers. */
  warnings: noticesSchema,
})

/** What an issuing CA is for: to be trusted already, to sign, or to be trusted still. */
export const AUTHORITY_STATES = ['next', 'active', 'retiring'] as const
export type AuthorityState = (typeof AUTHORITY_STATES)[number]

/** Body of `GET /v1/issuers/{issuer}`. */
export const healthAnswerSchema = z.object({
  issuer: z.string(),
  ca: z.object({
    /** RFC 4514 string, for people. */
    subject: z.string(),
    serialNumber: z.string(),
    notAfter: z.iso.datetime(),
    /** SHA-256 of the issuing CA certificate's DER, lower-case hexadecimal. */
    sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  }),
  /** PEM: the issuing CA, then upwards, the root last. */
  chain: z.string(),
  /**
   * Every issuing CA of this issuer: more than one while it is rotated. A certificate that was issued
   * before may come from one that is `retiring`; a `next` one signs nothing yet.
   */
  authorities: z.array(
    z.object({
      state: z.enum(AUTHORITY_STATES),
      subject: z.string(),
      serialNumber: z.string(),
      notAfter: z.iso.datetime(),
      sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
    }),
  ),
  /** PEM: the roots of all of them, each once: what verifiers must trust. */
  bundle: z.string(),
  /** Profiles that this client may name for this issuer, its default first; for an admin every profile of the issuer. */
  profiles: z.array(z.string()),
  serverTime: z.iso.datetime(),
  protocolVersion: z.string(),
})

const REFUSAL_CLASSES = [
  'permanent',
  'temporary',
  'issuer',
  'pending',
] as const satisfies RefusalClass[]

/** One reason of several. */
const problemErrorSchema = z.object({
  code: z.string(),
  detail: z.string(),
  /** Member of the request that breaks a rule, `dnsNames[2]`; absent from older workers. */
  field: z.optional(z.string()),
  /** What exactly is malformed, for `csr_malformed`: a code of the reader. */
  fault: z.optional(z.string()),
})

/** Body of a refusal (RFC 9457), media type `application/problem+json`. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** A code of the refusal table, or one that a newer worker added. */
  code: z.string(),
  class: z.enum(REFUSAL_CLASSES),
  detail: z.string(),
  /** Every reason, where a request breaks several rules; `code` and `class` are those of the first. */
  errors: z.optional(z.array(problemErrorSchema)),
  /** Seconds. */
  retryAfter: z.optional(z.int().check(z.gte(0))),
  /** RFC 3339; only with `clock_skew`. */
  serverTime: z.optional(z.iso.datetime()),
})

export type SignOrigin = z.infer<typeof originSchema>
export type SignRequest = z.infer<typeof signRequestSchema>
export type SignAnswer = z.infer<typeof signAnswerSchema>
export type HealthAnswer = z.infer<typeof healthAnswerSchema>
export type Problem = z.infer<typeof problemSchema>
