/**
 * What a certificate may look like: the closed options of a profile. With nothing set, a profile
 * gives what cert-manager's own CA issuer gives, except CA certificates.
 *
 * @module
 */
import { MAX_DURATION_SECONDS, USAGES } from '@edge-issuer/shared'
import { EXTENSION_OID, SUBJECT_ATTRIBUTES } from '@edge-issuer/shared/x509'
import * as z from 'zod/mini'
import { oidSchema } from './oid-schema.ts'

/** Kinds of public key that a profile can allow. */
const KEY_TYPES = ['RSA', 'P-256', 'P-384', 'P-521', 'Ed25519'] as const

/** Kinds of subject alternative name that a profile can allow. */
const NAME_KINDS = ['dns', 'ip', 'uri', 'email', 'otherName'] as const

/** Most subject alternative names that a profile can allow in one certificate. */
const MAX_NAMES = 1000

/**
 * Longest certificate of a profile that does not say otherwise, in seconds: 398 days, the longest that
 * browsers and Apple's platforms accept from any CA.
 */
const DEFAULT_MAX_DURATION_SECONDS = 398 * 86_400

/** Maximum backdating, in seconds: clocks that differ by more need to be corrected. */
const MAX_BACKDATE_SECONDS = 300

/** RSA keys that can be allowed at all, in bits. */
export const MIN_RSA_BITS = 2048
export const MAX_RSA_BITS = 8192

/** Longest path that makes sense to promise; the deepest PKIs have three or four levels. */
const MAX_PATH_LENGTH = 10

/** Longest certificate that may do without revocation, in seconds: seven days. */
const MAX_UNREVOCABLE_SECONDS = 604_800

/** Extensions with rules of their own: ignoring what they ask for would change its meaning. */
const CERTIFIED_EXTENSIONS: ReadonlySet<string> = new Set([
  EXTENSION_OID.basicConstraints,
  EXTENSION_OID.extKeyUsage,
  EXTENSION_OID.keyUsage,
  EXTENSION_OID.nameConstraints,
  EXTENSION_OID.subjectAltName,
])

const durationSchema = z.int().check(z.gte(1), z.lte(MAX_DURATION_SECONDS))
const rsaBitsSchema = z.int().check(z.gte(MIN_RSA_BITS), z.lte(MAX_RSA_BITS))

/** The CA/Browser Forum's arc; a private CA that names one of these claims what it cannot keep. */
const isPrivatePolicy = (oid: string): boolean => !`${oid}.`.startsWith('2.23.140.1.')

/** An optional member with a default, which is copied for each profile. */
const member = <T extends z.ZodMiniType>(
  schema: T,
  value: z.core.util.NoUndefined<z.output<T>>,
  description: string,
): z.ZodMiniDefault<T> =>
  // oxlint-disable-next-line no-underscore-dangle -- zod's name; `default` is a word of the language
  z._default(schema.check(z.describe(description)), () => structuredClone(value))

const profileOptions = z.strictObject({
  subjectAttributes: member(
    z.nullable(z.array(z.union([z.enum(SUBJECT_ATTRIBUTES), oidSchema]))),
    null,
    'attribute types that a subject may have, by short name or object identifier; null allows any',
  ),
  rfc5280UpperBounds: member(
    z.boolean(),
    false,
    'whether subject values must be within the upper bounds of RFC 5280 appendix A.1: 64 characters for CN, O, OU and serialNumber, two letters for C',
  ),
  commonName: member(
    z.enum(['allow', 'requireInSANs']),
    'allow',
    'allow: any common name; requireInSANs: it must be one of the subject alternative names',
  ),
  subjectAltNames: member(
    z.array(z.enum(NAME_KINDS)),
    [...NAME_KINDS],
    'kinds of subject alternative name that may be requested',
  ),
  maxNames: member(
    z.int().check(z.gte(1), z.lte(MAX_NAMES)),
    MAX_NAMES,
    'most subject alternative names in one certificate',
  ),
  wildcards: member(z.boolean(), true, 'whether DNS names may begin with "*."'),
  underscores: member(
    z.boolean(),
    true,
    'whether labels of DNS names may contain underscores, which RFC 5280 does not allow',
  ),
  spiffe: member(
    z.enum(['allow', 'strict']),
    'allow',
    'allow: a SPIFFE ID may be beside other URIs; strict: it must be the only URI (X509-SVID section 2)',
  ),
  otherNames: member(
    z
      .array(oidSchema)
      .check(z.refine((oids) => new Set(oids).size === oids.length, 'has one twice')),
    [],
    'object identifiers of otherName types that are certified whatever the type of their value; others are certified only with a UTF8String',
  ),
  keyTypes: member(
    z.array(z.enum(KEY_TYPES)).check(z.minLength(1)),
    [...KEY_TYPES],
    'kinds of public key that are certified',
  ),
  minRsaBits: member(rsaBitsSchema, MIN_RSA_BITS, 'smallest RSA modulus, in bits'),
  maxRsaBits: member(rsaBitsSchema, MAX_RSA_BITS, 'largest RSA modulus, in bits'),
  usages: member(
    z.nullable(z.array(z.enum(USAGES))),
    null,
    'usages that may be requested, as cert-manager names them; null allows all but any, code signing, timestamping and ocsp signing, which a profile must name',
  ),
  onMissingUsages: member(
    z.enum(['fill', 'reject']),
    'fill',
    'what to do, where the profile or the client lists usages, with a request that names no extended usage: certify those listed, or refuse. Without extKeyUsage a certificate would be good for every purpose',
  ),
  isCA: member(z.boolean(), false, 'whether CA certificates may be requested'),
  emptyCaSubject: member(
    z.boolean(),
    false,
    'whether the subject of a CA certificate may be empty, which RFC 5280 does not allow',
  ),
  requireCertSign: member(
    z.boolean(),
    true,
    'whether a request for a CA certificate must name the usage "cert sign"; false also issues CA certificates that can sign nothing',
  ),
  pathLength: member(
    z.nullable(z.int().check(z.gte(0), z.lte(MAX_PATH_LENGTH))),
    null,
    'path length of CA certificates; null omits it, or sets one less than that of the issuing CA',
  ),
  requireNameConstraints: member(
    z.boolean(),
    true,
    'whether a CA certificate must be limited, by its own name constraints or those of a CA above it, in both DNS names and IP addresses: permitted subtrees, or all names of the kind excluded. Without limits, its key is worth as much as that of the issuing CA',
  ),
  nameConstraints: member(
    z.strictObject({ permittedFromClient: z.boolean() }),
    { permittedFromClient: false },
    "permittedFromClient: true adds the client's allowed.dnsNames and allowed.ipAddresses to a CA certificate as permitted subtrees, for each of the two kinds that the request does not limit itself",
  ),
  certificatePolicies: member(
    z
      .array(
        oidSchema.check(z.refine(isPrivatePolicy, 'is of the CA/Browser Forum: public CAs only')),
      )
      .check(z.refine((oids) => new Set(oids).size === oids.length, 'has one twice')),
    [],
    'object identifiers of policies that every certificate names',
  ),
  noRevAvail: member(
    z.boolean(),
    false,
    'whether certificates say that they are never revoked (RFC 9608), and name neither CRL nor OCSP',
  ),
  ignoredExtensions: member(
    z.array(
      oidSchema.check(
        z.refine(
          (oid) => !CERTIFIED_EXTENSIONS.has(oid),
          'cannot be ignored: it has rules of its own',
        ),
      ),
    ),
    [],
    'object identifiers of requested extensions to ignore even where they are critical',
  ),
  refusedExtensions: member(
    z.array(oidSchema),
    [],
    'object identifiers of requested extensions that lead to a refusal; others that are not certified are ignored with a notice',
  ),
  minDurationSeconds: member(
    durationSchema,
    300,
    'shortest certificate that is issued, in seconds',
  ),
  maxDurationSeconds: member(
    durationSchema,
    DEFAULT_MAX_DURATION_SECONDS,
    'longest certificate that is issued, in seconds; the default is 398 days',
  ),
  onExceed: member(
    z.enum(['clamp', 'reject']),
    'clamp',
    'what to do with a longer duration: shorten it with a notice, or refuse',
  ),
  backdateSeconds: member(
    z.int().check(z.gte(0), z.lte(MAX_BACKDATE_SECONDS)),
    60,
    'how far notBefore lies in the past, inside the duration, in seconds',
  ),
})

type ProfileOptions = z.infer<typeof profileOptions>

/** One entry of `profiles` in the worker's configuration. */
export const profileSchema = profileOptions.check(
  z.superRefine((profile, context) => {
    for (const [option, message] of contradictions(profile)) {
      context.addIssue({ code: 'custom', path: [option], message })
    }
  }),
)

type Contradiction = readonly [option: string, message: string]

/** What options of a profile cannot have together. */
function contradictions(profile: ProfileOptions): readonly Contradiction[] {
  const minimum = String(profile.minDurationSeconds)
  return [
    ...(profile.maxRsaBits < profile.minRsaBits
      ? ([
          ['maxRsaBits', `must be at least minRsaBits, which is ${String(profile.minRsaBits)}`],
        ] as const)
      : []),
    ...(profile.maxDurationSeconds < profile.minDurationSeconds
      ? ([
          ['maxDurationSeconds', `must be at least minDurationSeconds, which is ${minimum}`],
        ] as const)
      : []),
    ...(profile.backdateSeconds >= profile.minDurationSeconds
      ? ([['backdateSeconds', `must be below minDurationSeconds, which is ${minimum}`]] as const)
      : []),
    ...(profile.noRevAvail && profile.maxDurationSeconds > MAX_UNREVOCABLE_SECONDS
      ? ([
          [
            'noRevAvail',
            `must be false, or maxDurationSeconds at most ${String(MAX_UNREVOCABLE_SECONDS)}`,
          ],
        ] as const)
      : []),
    ...(profile.isCA ? caContradictions(profile) : endEntityContradictions(profile)),
  ]
}

const caContradictions = (profile: ProfileOptions): readonly Contradiction[] => [
  ...(profile.noRevAvail
    ? ([['noRevAvail', 'must be false, or isCA false: CA certificates can be revoked']] as const)
    : []),
  ...(profile.usages?.includes('cert sign') === false
    ? ([['usages', 'must include "cert sign", or isCA must be false']] as const)
    : []),
]

const endEntityContradictions = (profile: ProfileOptions): readonly Contradiction[] => [
  ...(profile.emptyCaSubject ? ([['emptyCaSubject', 'must be false, or isCA true']] as const) : []),
  ...(profile.pathLength === null ? [] : ([['pathLength', 'must be null, or isCA true']] as const)),
  ...(profile.nameConstraints.permittedFromClient
    ? ([['nameConstraints', 'permittedFromClient must be false, or isCA true']] as const)
    : []),
]

/** A profile with every option set. */
export type Profile = z.infer<typeof profileSchema>
