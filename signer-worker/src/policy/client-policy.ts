/**
 * What one client may ask for, in the words of cert-manager's approver-policy. It narrows the
 * profile: a member that is absent allows everything that the profile allows, an empty list nothing.
 *
 * @module
 */
import { MAX_DURATION_SECONDS } from '@edge-issuer/shared'
import { SUBJECT_ATTRIBUTES } from '@edge-issuer/shared/x509'
import * as z from 'zod/mini'
import { USAGES } from './usage-names.ts'

const MAX_PATTERNS = 256
const MAX_PATTERN_LENGTH = 2048

/** Most parts between `*`, which bounds the work of a comparison. */
const MAX_WILDCARDS = 8

const patternsSchema = z
  .array(
    z.string().check(
      z.minLength(1),
      z.maxLength(MAX_PATTERN_LENGTH),
      z.refine((text) => text.split('*').length <= MAX_WILDCARDS + 1, 'has too many "*"'),
    ),
  )
  .check(z.maxLength(MAX_PATTERNS))

const patterns = (names: string): z.ZodMiniOptional<typeof patternsSchema> =>
  z
    .optional(patternsSchema)
    .check(
      z.describe(`${names} that may be asked for; "*" stands for any characters, dots included`),
    )

const duration = (which: string): z.ZodMiniOptional<z.ZodMiniNumberFormat> =>
  z
    .optional(z.int().check(z.gte(1), z.lte(MAX_DURATION_SECONDS)))
    .check(z.describe(`${which} duration, in seconds`))

/** The member `allowed` of a client in the worker's configuration. */
export const clientPolicySchema = z.strictObject({
  commonName: patterns('common names'),
  dnsNames: patterns('DNS names'),
  ipAddresses: patterns('IP addresses, as text (RFC 5952 for IPv6),'),
  uris: patterns('URIs'),
  emailAddresses: patterns('email addresses'),
  otherNames: patterns('other names, written "OID:value",'),
  subject: z
    .optional(
      z.partialRecord(z.enum(SUBJECT_ATTRIBUTES.filter((type) => type !== 'CN')), patternsSchema),
    )
    .check(z.describe('values that the attributes of a subject may have, by attribute type')),
  isCA: z.optional(z.boolean()).check(z.describe('false refuses CA certificates')),
  usages: z.optional(z.array(z.enum(USAGES))).check(z.describe('usages that may be asked for')),
  minDurationSeconds: duration('shortest'),
  maxDurationSeconds: duration('longest'),
  namespaces: patterns('namespaces whose requests are signed: namespaces'),
})

/** What one client may ask for. */
export type ClientPolicy = z.infer<typeof clientPolicySchema>
