/**
 * The shape of `signer.config.json`, closed: an unknown field is a fault. What the shape cannot say
 * (references, certificates, keys) is checked in `parse.ts`.
 *
 * @module
 */
import { AUTHORITY_STATES, nameSchema } from '@edge-issuer/shared'
import * as z from 'zod/mini'
import { clientRuleMembers } from '../policy/client-rules.ts'
import { profileSchema } from '../policy/profile.ts'
import { MAX_PUBLIC_KEY_CHARACTERS } from './client-key.ts'
import { isPublishedUrl } from './published-url.ts'

/** Longest PEM text of one chain, in characters: cert-manager's limit for a chain, rounded up. */
const MAX_CHAIN_CHARACTERS = 98_304

const MAX_URL_CHARACTERS = 2048

/** Name of a Worker secret: upper case, so that it can be no inherited property of the bindings. */
const SECRET_NAME_PATTERN = /^[A-Z][A-Z0-9_]{0,127}$/

/** Most names or keys in one list. */
const MAX_LIST_ITEMS = 64

/** Most issuing CAs of one issuer: their roots must fit into what relays accept. */
const MAX_AUTHORITIES = 8

const publishedUrlSchema = z
  .string()
  .check(
    z.maxLength(MAX_URL_CHARACTERS),
    z.regex(/^http:\/\//, 'must begin with http://'),
    z.refine(isPublishedUrl, 'must be an absolute URL in ASCII without user, password or fragment'),
  )

const namesSchema = z.array(nameSchema).check(z.minLength(1), z.maxLength(MAX_LIST_ITEMS))

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
          'active: signs, exactly one of them; next: will sign, and is trusted already; retiring: has signed, and is trusted still',
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
          'name of the Worker secret that holds the private key of the issuing CA, PKCS#8 PEM; only a CA that is retiring can be without',
        ),
      ),
    crlUrl: publishedUrl('its CRL, in DER'),
    caIssuersUrl: publishedUrl('its certificate, in DER'),
    ocspUrl: publishedUrl('its OCSP responder'),
  })
  .check(z.describe('one issuing CA'))

const issuerSchema = z
  .strictObject({
    keys: z
      .array(authoritySchema)
      .check(
        z.minLength(1),
        z.maxLength(MAX_AUTHORITIES),
        z.describe('its issuing CAs: one, or several while it is rotated'),
      ),
    profiles: namesSchema.check(z.describe('profiles that this issuer signs')),
  })
  .check(z.describe('what clients ask: an issuing CA, under a name that outlives it'))

const clientKeySchema = z
  .strictObject({
    publicKey: z
      .string()
      .check(
        z.maxLength(MAX_PUBLIC_KEY_CHARACTERS),
        z.describe('Ed25519 public key, SubjectPublicKeyInfo PEM'),
      ),
    notBefore: z
      .optional(z.iso.datetime())
      .check(z.describe('accepted from this time on, RFC 3339 UTC')),
    notAfter: z
      .optional(z.iso.datetime())
      .check(z.describe('accepted up to this time, RFC 3339 UTC')),
  })
  .check(z.describe('one key; two keys with overlapping times make a rotation without a gap'))

const clientSchema = z
  .strictObject({
    keys: z.array(clientKeySchema).check(z.minLength(1), z.maxLength(MAX_LIST_ITEMS)),
    issuers: namesSchema.check(z.describe('issuers that this client may use')),
    profiles: namesSchema.check(
      z.describe(
        'profiles that this client may name; the first one that the issuer also has is its default',
      ),
    ),
    ...clientRuleMembers,
  })
  .check(z.describe('one relay'))

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
  clients: z.record(nameSchema, clientSchema),
})

/** The document after its shape was checked. */
export type ConfigFile = z.infer<typeof configSchema>
/** One entry of `issuers`. */
export type IssuerEntry = z.infer<typeof issuerSchema>
/** One entry of an issuer's `keys`. */
export type AuthorityEntry = z.infer<typeof authoritySchema>
/** One entry of `clients`. */
export type ClientEntry = z.infer<typeof clientSchema>
