/**
 * The part of the admin API that manages clients: paths, queries, bodies and answers. Requests are signed with
 * a key of an admin; writing requires the role `admin`.
 *
 * @module
 */
import * as z from 'zod/mini'
import { ADMIN_PATH, pageMembers, timeSchema } from './admin.ts'
import { nameSchema } from './messages.ts'

/** Path of the list of clients; GET, role `read`. */
export const ADMIN_CLIENTS_PATH = `${ADMIN_PATH}/clients`

/** Path of one client; GET with role `read`, PUT and DELETE with role `admin`. */
export const adminClientPath = (name: string): string => `${ADMIN_CLIENTS_PATH}/${name}`

/** Path that quarantines a client, or releases it; POST, role `admin`. */
export const adminClientQuarantinePath = (name: string): string =>
  `${adminClientPath(name)}/quarantine`

/** Path of the changes that admins made; GET, role `admin`. */
export const ADMIN_AUDIT_PATH = `${ADMIN_PATH}/audit`

/** Seconds for which a worker isolate uses a client's entry before it asks the directory again. */
export const CLIENT_CACHE_SECONDS = 10

/** Longest reason of a quarantine, in characters. */
export const MAX_REASON_CHARACTERS = 512

/** Precondition of a change: the version that it replaces, as an entity tag. */
export const IF_MATCH_HEADER = 'if-match'

/** Precondition of a creation: `*`, no client has this name. */
export const IF_NONE_MATCH_HEADER = 'if-none-match'

/** @returns The entity tag (RFC 9110 §8.8.3) of a version: `"3"`. */
export const versionTag = (version: number): string => `"${String(version)}"`

/**
 * A client's entry as JSON: the members of `clients.NAME` in docs/configuration.md, and `identity` and `region`. The
 * worker checks it whole when it is written.
 */
const entrySchema = z.record(z.string(), z.unknown())

/** Query of a PUT, a DELETE and a quarantine. */
export const clientChangeQuerySchema = z.strictObject({
  /** Checks the request and answers as if the change was made; nothing is written. */
  dryRun: z.optional(z.literal('true')),
})

/** Query of {@link ADMIN_CLIENTS_PATH}. */
export const clientsQuerySchema = z.strictObject({
  ...pageMembers,
  /** Adds what each client did: `activity`. */
  activity: z.optional(z.literal('true')),
})

/** Query of {@link ADMIN_AUDIT_PATH}. */
export const auditQuerySchema = z.strictObject({
  /** Changes of this client only. */
  client: z.optional(nameSchema),
  ...pageMembers,
})

/** Body of a PUT of {@link adminClientPath}. */
export const clientPutRequestSchema = z.strictObject({
  /** The whole entry: what is absent is not kept. */
  entry: entrySchema,
  /** Whether its requests are refused. Absent: as before; false for a new client. */
  disabled: z.optional(z.boolean()),
})

/** Body of {@link adminClientQuarantinePath}. */
export const quarantineRequestSchema = z.strictObject({
  /** `false` ends the quarantine. */
  quarantined: z.boolean(),
  /** For the audit. */
  reason: z.optional(z.string().check(z.minLength(1), z.maxLength(MAX_REASON_CHARACTERS))),
})

/** What a client did, as far as its ledgers have reported, which they do within a minute. */
export const clientActivitySchema = z.object({
  /** The last request for a certificate; `null` when there was none. Health checks do not count. */
  lastSeenAt: z.nullable(timeSchema),
  /** Certificates of the last 24 hours, in whole hours. */
  issuedInDay: z.int(),
  /** Certificates of the last 7 days, in whole hours. */
  issuedInWeek: z.int(),
  /** Requests that were ever refused, by code. */
  refused: z.record(z.string(), z.int()),
  /** The first end of a certificate that is valid and was not renewed; `null` when there is none. */
  soonestExpiry: z.nullable(timeSchema),
})

/** One client. Also the answer to a PUT, a DELETE and a quarantine. */
export const clientRecordSchema = z.object({
  name: z.string(),
  /** Each change adds 1; a name never has a version twice. The entity tag of the answer is this number in quotes. */
  version: z.int(),
  /** Its requests are refused, at the latest {@link CLIENT_CACHE_SECONDS} seconds after the change. */
  disabled: z.boolean(),
  /** Its requests are refused from the next one on. */
  quarantined: z.boolean(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
  /** As it was put. */
  entry: entrySchema,
  /** In lists that ask for it. */
  activity: z.optional(clientActivitySchema),
  /** The JWK set that its relay pushed: counts in place of `identity.jwks`. Only where one client is shown. */
  pushedJwks: z.optional(z.object({ keys: z.array(z.record(z.string(), z.unknown())) })),
})

/**
 * A page of {@link ADMIN_CLIENTS_PATH}, in the order of names. It can have fewer clients than the query asks
 * for before the last page.
 */
export const clientsPageSchema = z.object({
  clients: z.array(clientRecordSchema),
  /** The cursor of the page after this one; `null` after the last one. */
  next: z.nullable(z.string()),
})

/** What a change did. */
export const AUDIT_ACTIONS = [
  'create',
  'update',
  'delete',
  'quarantine',
  'release',
  'pushJwks',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** One change, with the signed request as its evidence. */
export const auditEntrySchema = z.object({
  /** Ascending; never used twice. */
  id: z.int(),
  at: timeSchema,
  /** Name of the admin; `null` where the client itself asked. */
  admin: z.nullable(z.string()),
  /** `create`, `update`, `delete`, `quarantine`, `release` or `pushJwks`; a newer worker may send others. */
  action: z.string(),
  client: z.string(),
  /** Why, as the admin wrote. */
  reason: z.nullable(z.string()),
  /** The client before; `null` for `create`. */
  before: z.nullable(clientRecordSchema),
  /** The client afterwards; `null` for `delete`. */
  after: z.nullable(clientRecordSchema),
  evidence: z.object({
    /** RFC 7638 thumbprint of the key. */
    keyId: z.string(),
    /** RFC 9421 §2.5. */
    signatureBase: z.string(),
    /** Ed25519 over `signatureBase`, base64. */
    signature: z.string(),
    /** Body of the request, base64 of its bytes as they were sent; `null` for DELETE. */
    body: z.nullable(z.base64()),
  }),
})

/** A page of {@link ADMIN_AUDIT_PATH}, the oldest change first. */
export const auditPageSchema = z.object({
  entries: z.array(auditEntrySchema),
  next: z.nullable(z.string()),
})

export type ClientPutRequest = z.infer<typeof clientPutRequestSchema>
export type QuarantineRequest = z.infer<typeof quarantineRequestSchema>
export type ClientActivity = z.infer<typeof clientActivitySchema>
export type ClientRecord = z.infer<typeof clientRecordSchema>
export type ClientsPage = z.infer<typeof clientsPageSchema>
export type AuditEntry = z.infer<typeof auditEntrySchema>
export type AuditPage = z.infer<typeof auditPageSchema>
