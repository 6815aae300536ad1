/**
 * The shape of `signer.config.json`, closed: an unknown field is an error. What the shape cannot say
 * (references, certificates, keys) is checked in `parse.ts`.
 *
 * @module
 */
import { ADMIN_ROLES, AUTHORITY_STATES, nameSchema } from '@edge-issuer/shared'
import * as z from 'zod/mini'
import { profileSchema } from '../policy/rules/profile.ts'
import { keysSchema, namesSchema } from './client-entry.ts'
import { isPublishedUrl } from './published-url.ts'

/** Longest PEM text of one chain, in characters: cert-manager's limit for a chain, rounded up. */
const MAX_CHAIN_CHARACTERS = 98_304

const MAX_URL_CHARACTERS = 2048

/** Name of a Worker secret: upper case, so that it can be no inherited property of the bindings. */
const SECRET_NAME_PATTERN = /^[A-Z][A-Z0-9_]{0,127}$/

/** What a Durable Object can be restricted to. */
const JURISDICTIONS = ['eu', 'us', 'fedramp'] as const

/** Most host names besides those of public issuers. */
const MAX_DISCOVERY_HOSTS = 64

/** Longest host name (RFC 1035 §2.3.4). */
const MAX_HOST_CHARACTERS = 253

/** At least two labels, the last one no number: neither a local name nor an IP address. */
const HOST_PATTERN = /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/

/** SHA-256. */
const KEY_HASH_PATTERN = /^[0-9a-f]{64}$/

/** Most blocked keys: their hashes are a large part of the worker then, 0.7 MB. */
const MAX_BLOCKED_KEYS = 10_000

/** Most issuing CAs of one issuer: their roots must fit into what relays accept. */
const MAX_AUTHORITIES = 8

const publishedUrlSchema = z
  .string()
  .check(
    z.maxLength(MAX_URL_CHARACTERS),
    z.regex(/^http:\/\//, 'must begin with http://'),
    z.refine(isPublishedUrl, 'must be an absolute URL in ASCII without user, password or fragment'),
  )

const publishedUrl = (what: string): z.ZodMiniOptional<typeof publishedUrlSchema> =>
  z
    .optional(publishedUrlSchema)
    .check(z.describe(`http URL of ${what}, which every certificate of this CA then names`))

const authoritySchema = z
  .strictObject({
    state: z
      .enum(AUTHORITY_STATES)
      .check(
        z.describe(
          'active: signs, exactly one; next: will sign, already trusted; retiring: has signed, still trusted',
        ),
      ),
    chain: z
      .string()
      .check(
        z.maxLength(MAX_CHAIN_CHARACTERS),
        z.describe('PEM certificates: the issuing CA, then each one above it, the root last'),
      ),
    keySecret: z
      .optional(
        z
          .string()
          .check(
            z.regex(SECRET_NAME_PATTERN, 'must be upper-case letters, digits and underscores'),
          ),
      )
      .check(
        z.describe(
          'name of the Worker secret that holds the private key of the issuing CA, PKCS#8 PEM; required unless the state is retiring',
        ),
      ),
    crlUrl: publishedUrl('its CRL, in DER'),
    caIssuersUrl: publishedUrl('its certificate, in DER'),
    ocspUrl: publishedUrl('its OCSP responder'),
  })
  .check(z.describe('one issuing CA'))

const issuerSchema = z
  .strictObject({
    authorities: z
      .array(authoritySchema)
      .check(
        z.minLength(1),
        z.maxLength(MAX_AUTHORITIES),
        z.describe('its issuing CAs: one, or several while it is rotated'),
      ),
    profiles: namesSchema.check(z.describe('profiles that this issuer signs')),
  })
  .check(
    z.describe(
      'what clients request certificates from: issuing CAs under a name that stays the same',
    ),
  )

const adminSchema = z
  .strictObject({
    keys: keysSchema.check(z.minLength(1)),
    role: z
      .enum(ADMIN_ROLES)
      .check(
        z.describe(
          'read lists and shows certificates and clients; admin also sees the requesters, exports, and changes clients',
        ),
      ),
  })
  .check(z.describe('someone who may read the ledgers, or change the clients'))

const blockedKeysSchema = z
  .array(
    z
      .string()
      .check(z.regex(KEY_HASH_PATTERN, 'must be 64 lower-case hexadecimal digits: a SHA-256')),
  )
  .check(z.maxLength(MAX_BLOCKED_KEYS))

/** `signer.config.json`, the whole document. */
export const configSchema = z.strictObject({
  $schema: z.optional(z.string()).check(z.describe('for editors; not read')),
  publicUrl: z
    .string()
    .check(
      z.maxLength(MAX_URL_CHARACTERS),
      z.describe(
        'https URL under which clients reach the worker, with its path prefix if it has one',
      ),
    ),
  issuers: z.record(nameSchema, issuerSchema),
  profiles: z.record(nameSchema, profileSchema),
  jurisdiction: z
    .optional(z.enum(JURISDICTIONS))
    .check(
      z.describe(
        'where all data is kept (Cloudflare Durable Objects, "Data location"); chosen before the first start, and never changed',
      ),
    ),
  retention: z
    .optional(
      z.strictObject({
        afterExpiryDays: z
          .int()
          .check(
            z.gte(1),
            z.lte(36_500),
            z.describe(
              'days after its end at which the record of a certificate goes to the archive (the R2 bucket of the binding ARCHIVE); without the binding it stays',
            ),
          ),
      }),
    )
    .check(z.describe('how long records of certificates stay in the ledgers; always when absent')),
  discoveryHosts: z
    .optional(
      z
        .array(
          z
            .string()
            .check(
              z.maxLength(MAX_HOST_CHARACTERS),
              z.regex(HOST_PATTERN, 'must be a host name in lower case, without a port'),
            ),
        )
        .check(z.maxLength(MAX_DISCOVERY_HOSTS)),
    )
    .check(
      z.describe(
        'host names from which the keys of ServiceAccount tokens may be discovered (`identity.discoveryUrl` of a client), besides those of EKS, GKE and AKS',
      ),
    ),
  admins: z.optional(z.record(nameSchema, adminSchema)),
  blockedKeys: z
    .optional(blockedKeysSchema)
    .check(
      z.describe(
        `SHA-256 of each public key (SubjectPublicKeyInfo, DER) that is never certified, in lower-case hexadecimal; at most ${String(MAX_BLOCKED_KEYS)}`,
      ),
    ),
})

/** The document after its shape was checked. */
export type ConfigFile = z.infer<typeof configSchema>
/** One entry of `issuers`. */
export type IssuerEntry = z.infer<typeof issuerSchema>
/** One entry of an issuer's `authorities`. */
export type AuthorityEntry = z.infer<typeof authoritySchema>
