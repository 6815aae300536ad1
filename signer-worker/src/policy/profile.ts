/**
 * What a certificate may look like: the closed options of a profile. With nothing set, a profile
 * gives what cert-manager's own CA issuer gives, but for CA certificates.
 *
 * @module
 */
import { MAX_DURATION_SECONDS } from '@edge-issuer/shared'
import { EXTENSION_OID, SUBJECT_ATTRIBUTES } from '@edge-issuer/shared/x509'
import * as z from 'zod'
import { USAGES } from './usage-names.ts'

/** Kinds of public key that a profile can allow. */
export const KEY_TYPES = ['RSA', 'P-256', 'P-384', 'P-521', 'Ed25519'] as const

/** Kinds of subject alternative name that a profile can allow. */
const NAME_KINDS = ['dns', 'ip', 'uri', 'email', 'otherName'] as const

/** Most backdating, in seconds: clocks that differ by more need mending. */
const MAX_BACKDATE_SECONDS = 300

/** RSA keys that can be allowed at all, in bits. */
export const MIN_RSA_BITS = 2048
export const MAX_RSA_BITS = 8192

/** Longest path that makes sense to promise; the deepest PKIs have three or four levels. */
const MAX_PATH_LENGTH = 10

const OID_PATTERN = /^[0-2](\.(0|[1-9]\d{0,14})){1,20}$/

/** Extensions with rules of their own: to ignore what they ask for would change its meaning. */
const JUDGED_EXTENSIONS: ReadonlySet<string> = new Set([
  EXTENSION_OID.basicConstraints,
  EXTENSION_OID.extKeyUsage,
  EXTENSION_OID.keyUsage,
  EXTENSION_OID.nameConstraints,
  EXTENSION_OID.subjectAltName,
])

const durationSchema = z.int().min(1).max(MAX_DURATION_SECONDS)
const rsaBitsSchema = z.int().min(MIN_RSA_BITS).max(MAX_RSA_BITS)

/** One entry of `profiles` in the worker's configuration. */
export const profileSchema = z
  .strictObject({
    subjectAttributes: z
      .array(z.enum(SUBJECT_ATTRIBUTES))
      .default([...SUBJECT_ATTRIBUTES])
      .describe('attribute types that a subject may have'),
    subjectAltNames: z
      .array(z.enum(NAME_KINDS))
      .default([...NAME_KINDS])
      .describe('kinds of subject alternative name that may be asked for'),
    wildcards: z.boolean().default(true).describe('whether DNS names may begin with "*."'),
    underscores: z
      .boolean()
      .default(false)
      .describe('whether labels of DNS names may hold underscores, which RFC 5280 does not allow'),
    keyTypes: z
      .array(z.enum(KEY_TYPES))
      .min(1)
      .default([...KEY_TYPES])
      .describe('kinds of public key that are certified'),
    minRsaBits: rsaBitsSchema.default(MIN_RSA_BITS).describe('smallest RSA modulus, in bits'),
    maxRsaBits: rsaBitsSchema.default(MAX_RSA_BITS).describe('largest RSA modulus, in bits'),
    usages: z
      .array(z.enum(USAGES))
      .default([...USAGES])
      .describe('usages that may be asked for, in the words of cert-manager'),
    isCA: z.boolean().default(false).describe('whether CA certificates may be asked for'),
    pathLength: z
      .int()
      .min(0)
      .max(MAX_PATH_LENGTH)
      .nullable()
      .default(null)
      .describe(
        'path length of CA certificates; null leaves it out, or sets one less than that of the issuing CA',
      ),
    ignoredExtensions: z
      .array(
        z
          .string()
          .regex(OID_PATTERN, 'must be an object identifier in dotted decimals')
          .refine((oid) => !JUDGED_EXTENSIONS.has(oid), 'cannot be ignored: it is judged'),
      )
      .default([])
      .describe('object identifiers of requested extensions to leave out instead of refusing'),
    minDurationSeconds: durationSchema
      .default(300)
      .describe('shortest certificate that is issued, in seconds'),
    maxDurationSeconds: durationSchema
      .default(MAX_DURATION_SECONDS)
      .describe('longest certificate that is issued, in seconds'),
    overMaximum: z
      .enum(['clamp', 'reject'])
      .default('clamp')
      .describe('what to do with a longer duration: shorten it and say so, or refuse'),
    backdateSeconds: z
      .int()
      .min(0)
      .max(MAX_BACKDATE_SECONDS)
      .default(60)
      .describe('how far notBefore lies in the past, inside the duration, in seconds'),
  })
  .superRefine((profile, context) => {
    const refuse = (option: keyof typeof profile, message: string): void => {
      context.addIssue({ code: 'custom', path: [option], message })
    }
    if (profile.maxRsaBits < profile.minRsaBits) {
      refuse('maxRsaBits', `must be at least minRsaBits, which is ${String(profile.minRsaBits)}`)
    }
    if (profile.maxDurationSeconds < profile.minDurationSeconds) {
      const minimum = String(profile.minDurationSeconds)
      refuse('maxDurationSeconds', `must be at least minDurationSeconds, which is ${minimum}`)
    }
    if (profile.backdateSeconds >= profile.minDurationSeconds) {
      const minimum = String(profile.minDurationSeconds)
      refuse('backdateSeconds', `must be below minDurationSeconds, which is ${minimum}`)
    }
    if (profile.pathLength !== null && !profile.isCA) {
      refuse('pathLength', 'must be null, or isCA true')
    }
  })

/** A profile with every option set. */
export type Profile = z.infer<typeof profileSchema>
