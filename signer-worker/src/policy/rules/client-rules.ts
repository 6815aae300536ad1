/**
 * What one client may request, as in the configuration: the vocabulary of cert-manager's
 * approver-policy (CertificateRequestPolicy, policy.cert-manager.io/v1alpha1), with their meaning.
 * What is absent from `allowed` must be absent from a request; a client without `allowed` is
 * `unrestricted`, and the profile alone decides. It has no CEL validations, durations are in seconds, and `value` has a plural.
 *
 * @module
 */
import { MAX_DURATION_SECONDS, USAGES } from '@edge-issuer/shared'
import { subjectAttributeOf } from '@edge-issuer/shared/x509'
import * as z from 'zod/mini'
import { oidSchema } from './oid-schema.ts'
import { NAMESPACE_PLACEHOLDER } from './pattern.ts'

const MAX_PATTERNS = 256
const MAX_PATTERN_LENGTH = 2048

/** Most `*` of a pattern, which bounds the work of a comparison. */
const MAX_WILDCARDS = 8

/** Most bits of a key that a constraint can speak of. */
const MAX_KEY_BITS = 16_384

/** Attributes that have a member of their own, and so cannot be among `otherAttributes`. */
const OWN_MEMBERS: ReadonlySet<string | undefined> = new Set([
  'C',
  'CN',
  'L',
  'O',
  'OU',
  'ST',
  'STREET',
  'postalCode',
  'serialNumber',
])

/** A pattern without `{namespace}`. */
const plainPatternSchema = z.string().check(
  z.minLength(1),
  z.maxLength(MAX_PATTERN_LENGTH),
  z.refine((text) => text.split('*').length <= MAX_WILDCARDS + 1, 'has too many "*"'),
)

/** A pattern for the values of a request. */
export const patternSchema = plainPatternSchema.check(
  z.refine(
    (text) => !/[{}]/.test(text.replaceAll(NAMESPACE_PLACEHOLDER, '')),
    `has a "{" or "}" outside of ${NAMESPACE_PLACEHOLDER}, the only placeholder`,
  ),
)

const patternsSchema = z.array(patternSchema).check(z.maxLength(MAX_PATTERNS))

/** A namespace that matches itself would be no limit. */
const namespacePatternSchema = plainPatternSchema.check(
  z.refine((text) => !/[{}]/.test(text), 'has a "{" or "}", which no namespace has'),
)

const VALUES =
  'patterns, of which each value must match one; "*" is any characters, "{namespace}" the namespace of the request'
const values = z.optional(patternsSchema).check(z.describe(VALUES))
const required = z
  .optional(z.boolean())
  .check(z.describe('true refuses a request that has none; default false'))

/** A rule that no request could keep is a mistake. */
const isPossible = (rule: {
  readonly required?: boolean | undefined
  readonly values?: readonly string[] | undefined
  readonly value?: string | undefined
}): boolean => rule.required !== true || rule.value !== undefined || (rule.values ?? []).length > 0

const IMPOSSIBLE = 'is required, and no value is allowed'

/** Rule for a list of values. */
const list = (what: string): z.ZodMiniOptional<typeof listRuleSchema> =>
  z.optional(listRuleSchema).check(z.describe(`${what}; none when absent`))

const listRuleSchema = z.strictObject({ values, required }).check(z.refine(isPossible, IMPOSSIBLE))

/** Rule for an attribute with one value; a subject can still have several, and each is checked. */
const single = (what: string): z.ZodMiniOptional<typeof singleRuleSchema> =>
  z.optional(singleRuleSchema).check(z.describe(`${what}; none when absent`))

const singleRuleSchema = z
  .strictObject({
    value: z.optional(patternSchema).check(z.describe('a pattern that it must match')),
    values,
    required,
  })
  .check(
    z.refine(
      ({ value, values: several }) => value === undefined || several === undefined,
      'has both value and values',
    ),
    z.refine(isPossible, IMPOSSIBLE),
  )

const oidRuleSchema = z
  .strictObject({ oid: oidSchema, values, required })
  .check(z.refine(isPossible, IMPOSSIBLE))

const byOid = z.array(oidRuleSchema).check(
  z.maxLength(MAX_PATTERNS),
  z.refine(
    (rules) => new Set(rules.map(({ oid }) => oid)).size === rules.length,
    'has one oid twice',
  ),
)

const subjectSchema = z
  .strictObject({
    organizations: list('organizations (O)'),
    countries: list('countries (C)'),
    organizationalUnits: list('organizational units (OU)'),
    localities: list('localities (L)'),
    provinces: list('states or provinces (ST)'),
    streetAddresses: list('street addresses (STREET)'),
    postalCodes: list('postal codes'),
    serialNumber: single('serial number, of the subject'),
    otherAttributes: z
      .optional(
        byOid.check(
          z.refine(
            (rules) => rules.every(({ oid }) => !OWN_MEMBERS.has(subjectAttributeOf(oid))),
            'names an attribute that has a member of its own',
          ),
        ),
      )
      .check(
        z.describe(
          'attributes without a member of their own, such as DC and UID, by object identifier; emailAddress may also be allowed by emailAddresses alone',
        ),
      ),
  })
  .check(z.describe('attributes of the subject except its common name; none when absent'))

const allowedSchema = z
  .strictObject({
    commonName: single('common name'),
    dnsNames: list('DNS names, compared without case'),
    ipAddresses: list('IP addresses, as text (RFC 5952 for IPv6)'),
    uris: list('URIs; a "*" in the host of a pattern matches nothing beyond the host'),
    emailAddresses: list('email addresses'),
    otherNames: z.optional(byOid).check(z.describe('other names, by their type; none when absent')),
    isCA: z.optional(z.boolean()).check(z.describe('true allows CA certificates; default false')),
    usages: z
      .optional(z.array(z.enum(USAGES)))
      .check(
        z.describe(
          'usages; none when absent. cert-manager requests two where a Certificate names none',
        ),
      ),
    subject: z.optional(subjectSchema),
  })
  .check(
    z.describe(
      'what may be requested, within the profile; required unless `unrestricted` is true. As in approver-policy, what is absent here may not be requested',
    ),
  )

const secondsSchema = z.int().check(z.gte(1), z.lte(MAX_DURATION_SECONDS))
const keyBitsSchema = z.int().check(z.gte(1), z.lte(MAX_KEY_BITS))

const privateKeySchema = z
  .strictObject({
    algorithm: z.optional(z.enum(['RSA', 'ECDSA', 'Ed25519'])),
    minSize: z
      .optional(keyBitsSchema)
      .check(z.describe('smallest key, in bits; it refuses Ed25519 keys, which have no size')),
    maxSize: z.optional(keyBitsSchema).check(z.describe('largest key, in bits')),
  })
  .check(
    z.refine(
      ({ minSize = 0, maxSize = Infinity }) => minSize <= maxSize,
      'has a minSize above its maxSize',
    ),
    z.refine(
      ({ algorithm, minSize }) => algorithm !== 'Ed25519' || minSize === undefined,
      'has a minSize, which no Ed25519 key has',
    ),
  )

const constraintsSchema = z
  .strictObject({
    minDurationSeconds: z.optional(secondsSchema),
    maxDurationSeconds: z.optional(secondsSchema),
    privateKey: z.optional(privateKeySchema),
  })
  .check(
    z.refine(
      ({ minDurationSeconds = 0, maxDurationSeconds = Infinity }) =>
        minDurationSeconds <= maxDurationSeconds,
      'has a minDurationSeconds above its maxDurationSeconds',
    ),
    z.describe('limits of a request; what is absent is not limited'),
  )

const selectorSchema = z
  .strictObject({
    namespace: z.optional(
      z.strictObject({
        matchNames: z
          .array(namespacePatternSchema)
          .check(
            z.maxLength(MAX_PATTERNS),
            z.describe('patterns, of which the namespace of a request must match one'),
          ),
      }),
    ),
  })
  .check(z.describe('which requests are signed; all when absent'))

/** Members of a client's entry. */
export const clientRuleMembers = {
  allowed: z.optional(allowedSchema),
  constraints: z.optional(constraintsSchema),
  selector: z.optional(selectorSchema),
} as const

/** The same, as a whole. */
export const clientRulesSchema = z.strictObject(clientRuleMembers)

/** What one client may ask for, as the configuration says it. */
export type ClientRules = z.infer<typeof clientRulesSchema>
/** The member `allowed`. */
export type Allowed = z.infer<typeof allowedSchema>
/** The member `constraints`. */
export type Constraints = z.infer<typeof constraintsSchema>
