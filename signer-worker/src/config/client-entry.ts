/**
 * The entry of one client: its keys, and what is open to it. What the schema cannot say (references, keys) is
 * checked in `clients.ts`.
 *
 * @module
 */
import { nameSchema } from '@edge-issuer/shared'
import * as z from 'zod/mini'
import { clientRuleMembers } from '../policy/rules/client-rules.ts'
import { MAX_PUBLIC_KEY_CHARACTERS } from './client-key.ts'
import { jwksSchema } from './jwks.ts'

/** Most names or keys in one list. */
const MAX_LIST_ITEMS = 64

/** Powers of two, so that the first octet of a hash says which. */
const SHARD_COUNTS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256]

/** Most numbers of shards that one client may have had; each costs a look-up. */
const MAX_SHARD_CHANGES = 4

/** Far above what one Durable Object can write in a minute. */
const MAX_CERTIFICATES_PER_MINUTE = 100_000

/**
 * What a client gets that states no limit: a cluster that asks for a thousand certificates at once does
 * not wait, and a stolen key does not fill the ledger in a day.
 */
export const DEFAULT_CERTIFICATES_PER_MINUTE = 1200

/** What one Durable Object can answer in a minute without getting in the way of new certificates. */
const MAX_REPEATS_PER_MINUTE = 100_000

/** A relay that comes back asks again for what it had under way: five thousand uids take five minutes. */
const DEFAULT_REPEATS_PER_MINUTE = 1200

/** Names of issuers or profiles. */
export const namesSchema = z.array(nameSchema).check(z.minLength(1), z.maxLength(MAX_LIST_ITEMS))

const keySchema = z
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

/** Keys of a client or an admin. */
export const keysSchema = z.array(keySchema).check(z.maxLength(MAX_LIST_ITEMS))

const shardCountSchema = z
  .int()
  .check(
    z.refine((count) => SHARD_COUNTS.includes(count), `must be one of ${SHARD_COUNTS.join(', ')}`),
  )

/** Members of every client. */
const clientMembers = {
  keys: keysSchema.check(z.describe('may be empty where there is an `identity`')),
  issuers: namesSchema.check(z.describe('issuers that this client may use')),
  profiles: namesSchema.check(
    z.describe(
      'profiles that this client may name; the first one that the issuer also has is its default',
    ),
  ),
  ...clientRuleMembers,
  unrestricted: z
    .optional(z.boolean())
    .check(
      z.describe(
        'true instead of `allowed`: everything that the profile and the issuing CA allow may be requested; default false',
      ),
    ),
  // oxlint-disable-next-line no-underscore-dangle -- zod's name; `default` is a word of the language
  shards: z._default(
    z
      .array(shardCountSchema)
      .check(
        z.minLength(1),
        z.maxLength(MAX_SHARD_CHANGES),
        z.describe(
          'how many Durable Objects hold the certificates of this client under each issuer: every number that was used, in order, the current one last',
        ),
      ),
    () => [1],
  ),
  // oxlint-disable-next-line no-underscore-dangle -- zod's name; `default` is a word of the language
  certificatesPerMinute: z._default(
    z
      .nullable(z.int().check(z.gte(1), z.lte(MAX_CERTIFICATES_PER_MINUTE)))
      .check(
        z.describe(
          'maximum of new certificates in any 60 seconds under each issuer, divided between `shards`; null for no limit',
        ),
      ),
    DEFAULT_CERTIFICATES_PER_MINUTE,
  ),
  // oxlint-disable-next-line no-underscore-dangle -- zod's name; `default` is a word of the language
  repeatsPerMinute: z._default(
    z
      .int()
      .check(
        z.gte(1),
        z.lte(MAX_REPEATS_PER_MINUTE),
        z.describe(
          'maximum of requests per minute, in each ledger object, that are refused or already have their certificate',
        ),
      ),
    DEFAULT_REPEATS_PER_MINUTE,
  ),
} as const

interface Access {
  readonly allowed?: unknown
  readonly unrestricted?: boolean | undefined
}

const hasAccess = z.refine<Access>(
  ({ allowed, unrestricted }) => allowed !== undefined || unrestricted === true,
  'must set `allowed`, or `unrestricted: true` for everything that the profiles and the CA allow',
)
const hasOneAccess = z.refine<Access>(
  ({ allowed, unrestricted }) => allowed === undefined || unrestricted !== true,
  'has both `allowed` and `unrestricted: true`; remove one of them',
)

/** Longest issuer or URL of an identity, in characters. */
const MAX_URL_CHARACTERS = 2048

/** Most ServiceAccounts of one client. */
const MAX_SUBJECTS = 64

/** As the API server writes it into `sub`. */
const SUBJECT_PATTERN =
  /^system:serviceaccount:[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?:[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/

/** Where a Durable Object can be asked to be. */
const REGIONS = [
  'wnam',
  'enam',
  'sam',
  'weur',
  'eeur',
  'apac',
  'apac-ne',
  'apac-se',
  'oc',
  'afr',
  'me',
] as const

const discoveryUrlSchema = z
  .string()
  .check(
    z.maxLength(MAX_URL_CHARACTERS),
    z.refine(isPlainHttps, 'must be an https URL without port, user, password, query and fragment'),
  )

/** Only what every reader of a URL reads alike. */
function isPlainHttps(text: string): boolean {
  if (!/^https:\/\/[a-z0-9][a-z0-9.-]{0,252}\/[A-Za-z0-9/._~-]*$/.test(text)) return false
  return URL.parse(text)?.href === text
}

/** The ServiceAccounts whose tokens stand for a client's keys. */
export const identitySchema = z
  .strictObject({
    issuer: z
      .string()
      .check(
        z.minLength(1),
        z.maxLength(MAX_URL_CHARACTERS),
        z.describe('`iss` of its tokens, compared as text'),
      ),
    jwks: z
      .optional(jwksSchema)
      .check(z.describe("keys of the cluster's API server that sign its tokens")),
    discoveryUrl: z
      .optional(discoveryUrlSchema)
      .check(
        z.describe('https URL of the OpenID configuration of a public issuer, instead of `jwks`'),
      ),
    subjects: z
      .array(
        z.string().check(z.regex(SUBJECT_PATTERN, 'must be system:serviceaccount:NAMESPACE:NAME')),
      )
      .check(
        z.minLength(1),
        z.maxLength(MAX_SUBJECTS),
        z.describe('ServiceAccounts, as system:serviceaccount:NAMESPACE:NAME'),
      ),
    // oxlint-disable-next-line no-underscore-dangle -- zod's name; `default` is a word of the language
    jwksPush: z._default(
      z
        .boolean()
        .check(z.describe('whether the relay may replace `jwks`, signed with a known one')),
      true,
    ),
  })
  .check(
    z.refine(
      ({ jwks, discoveryUrl }) => (jwks === undefined) !== (discoveryUrl === undefined),
      'must have exactly one of `jwks` and `discoveryUrl`',
    ),
    z.describe('ServiceAccount tokens that may sign instead of a key'),
  )

/** A client in the directory. */
export const clientEntrySchema = z
  .strictObject({
    ...clientMembers,
    identity: z.optional(identitySchema),
    region: z
      .optional(z.enum(REGIONS))
      .check(z.describe('where its ledgers are made, near its cluster')),
  })
  .check(
    hasAccess,
    hasOneAccess,
    z.refine(
      ({ keys, identity }) => keys.length > 0 || identity !== undefined,
      'must have a key in `keys`, or `identity`',
    ),
  )

/** The entry of one client. */
export type ClientEntry = z.infer<typeof clientEntrySchema>
/** One key of a client or an admin. */
export type KeyEntry = z.infer<typeof keySchema>
/** The member `identity`. */
export type IdentityEntry = z.infer<typeof identitySchema>
