/**
 * Every text with which policy refuses a request, whole and once. A violation names its message and brings the
 * values.
 *
 * @module
 */
import type { ParseErrorCode, RefusalCode } from '@edge-issuer/shared'
import { quote, quoteList } from './text.ts'

/** What is wrong with a value. */
export interface Finding {
  /** The message. */
  readonly kind: ViolationKind
  /** Member of the profile, or of the client's entry, that decides: `allowed.dnsNames`. */
  readonly rule?: string
  /** What was expected: the patterns of the rule, or its limit. */
  readonly expected?: readonly string[]
  /** Size of the value, where `expected` is a limit of size. */
  readonly size?: number
}

/** One rule that a request breaks. */
export interface Violation extends Finding {
  readonly code: RefusalCode
  /** Member of the request: `dnsNames[2]`. */
  readonly field: string
  /** The value that was found there. */
  readonly actual: string
  /** Why the value was checked, where that is not obvious; decides what the message recommends. */
  readonly context?: Context
  /** The common name that `actual` was read from. */
  readonly commonName?: string
  /** Code of the reader, where the value itself is malformed and breaks no rule. */
  readonly parseError?: ParseErrorCode
}

/** The message of a violation: what is wrong, what was expected, and who can fix it. */
export function describeViolation(violation: Violation): string {
  const { kind, actual, rule = '', expected = [], size = 0, context } = violation
  const { show, complete } = context === undefined ? PLAIN : CONTEXTS[context]
  return complete(MESSAGES[kind]({ value: show(actual), actual, rule, expected, size }), violation)
}

interface Facts {
  /** {@link Violation.actual}, as the context shows it. */
  readonly value: string
  readonly actual: string
  readonly rule: string
  readonly expected: readonly string[]
  readonly size: number
}

const first = ({ expected }: Facts): string => expected[0] ?? ''

/** One message for each kind of violation. Those of names end before the advice of their {@link Context}. */
const MESSAGES = {
  // Syntax of names.
  empty: ({ value }) => `${value} is empty`,
  too_long: (facts) =>
    `${facts.value} exceeds the maximum of ${first(facts)} characters (${String(facts.size)})`,
  control_character: ({ value }) => `${value} has a control character`,
  wildcard_misplaced: ({ value }) =>
    `${value} has a "*" that is not the whole first label of several`,
  wildcard_in_constraint: ({ value }) =>
    `${value} has a "*", which matches no other characters in a constraint`,
  reads_as_ip_address: ({ value }) =>
    `${value} is read as an IP address by URL parsers; an address belongs among the IP addresses`,
  label_empty: ({ value }) => `${value} has an empty label`,
  label_too_long: (facts) => `${facts.value} has a label of more than ${first(facts)} characters`,
  label_malformed: ({ value }) =>
    `${value} has a label that is not letters, digits and inner hyphens`,
  a_label_malformed: ({ value }) =>
    `${value} has a label that begins with "xn--" and is not the A-label of an internationalized name (RFC 5891)`,
  email_without_at: ({ value }) => `${value} has no "@"`,
  email_local_part: ({ value }) =>
    `${value} does not begin with 1 to 64 plain characters and an "@"`,
  email_utf8_local_part: ({ value }) => `${value} has a malformed local part`,
  email_domain: ({ value }) => `${value} does not end with a DNS name`,
  uri_malformed: ({ value }) => `${value} is not an absolute URI (RFC 3986)`,
  spiffe_malformed: ({ value }) =>
    `${value} is not a SPIFFE ID: spiffe://, a trust domain in lower case, and a path without empty or dot segments`,
  uri_authority: ({ value }) => `${value} has an authority that is not [user@]host[:port]`,
  uri_without_host: ({ value }) => `${value} has an authority without a host`,
  uri_ipv6: ({ value }) => `${value} has a malformed IPv6 address as its host`,
  uri_host: ({ value }) => `${value} has a host that is neither a DNS name nor an IP address`,

  // Names against the profile, the client and the CAs above.
  name_kind: ({ value, expected }) =>
    `${value} is of a kind that the profile does not allow (allowed: ${quoteList(expected)})`,
  wildcard: ({ value }) => `${value} has a wildcard, which the profile does not allow`,
  underscore: ({ value }) => `${value} has an underscore, which the profile does not allow`,
  other_name_type: (facts) =>
    `${facts.value} is an otherName of type ${first(facts)} whose value is not a UTF8String, which is certified only where the profile's otherNames have its type`,
  no_pattern_matches: ({ value, rule, expected }) =>
    `${value} matches none of this client's ${rule}: ${quoteList(expected)}`,
  excluded_by_ca: ({ value, expected }) =>
    `${value} is excluded by the issuing CA's name constraint ${quoteList(expected)}`,
  not_permitted_by_ca: ({ value, expected }) =>
    `${value} is outside what the issuing CA's name constraints permit: ${quoteList(expected)}`,
  name_never_certified: ({ value }) =>
    `${value} is a kind of name that is never certified; remove it from the request`,
  too_many_names: (facts) =>
    `${facts.actual} subject alternative names exceed the profile's maximum of ${first(facts)}; split them over several requests`,
  spiffe_not_alone: ({ expected }) =>
    `a SPIFFE ID must be the only URI (X509-SVID section 2), and there are ${quoteList(expected)}; change the request`,
  required_missing: ({ rule, expected }) =>
    `this client's ${rule} is required, and the request has none; add one that matches ${quoteList(expected)}`,
  certificate_too_large: (facts) =>
    `the certificate would have about ${facts.actual} bytes, which exceeds the maximum of ${first(facts)} that cert-manager reads; split the names over several requests`,
  namespace: ({ value, expected }) =>
    `the namespace ${value} matches none of this client's selector.namespace.matchNames: ${quoteList(expected)}; ask the CA's operator`,

  // Subject.
  ca_without_subject: () =>
    'a CA certificate must have a subject (RFC 5280 section 4.1.2.6); set one',
  no_name_at_all: () =>
    'there is neither a subject nor a subject alternative name; set one of them',
  subject_of_ca: ({ value }) =>
    `the subject ${value} is that of the issuing CA or of a CA above it, and verifiers do not hold a self-issued certificate against name constraints; change the subject`,
  attribute_type: ({ actual, expected }) =>
    `the subject has the attribute ${actual}, and the profile's subjectAttributes are ${quoteList(expected)}; change the request, or ask the CA's operator`,
  ia5_string: ({ value }) =>
    `${value} is an IA5String, which X.520 does not have for this attribute; use a UTF8String or a PrintableString`,
  country_code: ({ value }) =>
    `${value} is not a country code of two letters in a PrintableString, as the profile requires`,
  printable_string: ({ value }) => `${value} is not a PrintableString, as the profile requires`,
  value_empty: ({ value }) => `${value} is empty, which the profile does not allow`,
  value_too_long: (facts) =>
    `${facts.value} exceeds the profile's maximum of ${first(facts)} characters (${String(facts.size)})`,
  common_name_not_in_sans: ({ value }) =>
    `${value} is not among the subject alternative names, as the profile's commonName requires; add it there, or remove it`,

  // Public key and certification request.
  key_type: ({ actual, expected }) =>
    `the ${actual} key is of a kind that the profile does not allow; it allows ${quoteList(expected)}`,
  key_size: ({ actual, expected: [least = '', most = ''] }) =>
    `the ${actual} key is outside the ${least} to ${most} bits that the profile allows`,
  key_exponent: ({ actual, expected: [found = '', least = ''] }) =>
    `the ${actual} key has the public exponent ${found}; expected at least ${least}`,
  key_malformed: (facts) => `the ${facts.actual} key ${first(facts)}`,
  key_algorithm: (facts) =>
    `the ${facts.actual} key is not ${first(facts)}, as this client's constraints.privateKey.algorithm requires; make another key, or ask the CA's operator`,
  key_too_small: (facts) =>
    `the ${facts.actual} key is below this client's constraints.privateKey.minSize of ${first(facts)} bits; make another key, or ask the CA's operator`,
  key_too_large: (facts) =>
    `the ${facts.actual} key is above this client's constraints.privateKey.maxSize of ${first(facts)} bits; make another key, or ask the CA's operator`,
  csr_malformed: (facts) => `the certification request ${first(facts)}`,
  csr_unreadable: (facts) => `the certification request cannot be read: ${first(facts)}`,
  csr_signature_algorithm: ({ actual }) =>
    `the certification request is signed with ${actual}; sign it with RSA (PKCS #1 or PSS) or ECDSA and SHA-256, SHA-384 or SHA-512, or with Ed25519`,
  csr_signature_key: (facts) =>
    `the certification request is signed with ${facts.actual}, and its public key is ${first(facts)}; sign it with the key that it is for`,
  csr_signature: () =>
    'the signature of the certification request does not verify with the public key in it; sign it with the key it is for',

  // Usages.
  usage_unknown: ({ value }) => `unknown usage ${value}; use one of cert-manager's KeyUsage list`,
  usage_must_be_named: ({ value }) =>
    `the usage ${value} is allowed only where the profile's usages name it; change the request, or ask the CA's operator`,
  usage_not_in_profile: ({ value, expected }) =>
    `the usage ${value} is not among the profile's usages: ${quoteList(expected)}; change the request, or ask the CA's operator`,
  usage_not_in_client: ({ value, expected }) =>
    `the usage ${value} is not among this client's allowed.usages: ${quoteList(expected)}; change the request, or ask the CA's operator`,
  usage_not_in_ca: ({ value, expected }) =>
    `the usage ${value} is not among those that the issuing CA's certificate is limited to: ${quoteList(expected)}; change the request, or use another issuer`,
  usage_for_ca: ({ value }) =>
    `the usage ${value} is for CA certificates, and isCA is false; change one of them`,
  usage_missing: ({ expected }) =>
    `the request names no extended usage, and without one a certificate would be good for every purpose; name one of those allowed: ${quoteList(expected)}`,
  usage_none_allowed: () =>
    "the request names no extended usage, and without one a certificate would be good for every purpose; none is allowed, so ask the CA's operator",
  timestamping_not_alone: () =>
    'the usage "timestamping" must be the only extended usage (RFC 3161 section 2.3); request a certificate of its own for the other usages',
  ca_without_key_usage: () =>
    'a CA certificate must have a keyUsage, and the request names no key usage that its key can have; add "cert sign"',
  usages_inconsistent: ({ actual, expected }) =>
    `no extended usage of ${actual} is possible with ${quoteList(expected)} alone (RFC 5280 section 4.2.1.12); change the usages`,
  usages_differ: ({ actual, rule, expected }) =>
    `the certification request has the ${rule} ${actual}, and the request names ${quoteList(expected)}; make them the same`,

  // CA certificates.
  ca_not_in_profile: () =>
    "the profile does not allow CA certificates; ask the CA's operator, or request a certificate that is not a CA's",
  ca_usage_not_in_profile: () =>
    "the profile's usages do not include \"cert sign\", which every CA certificate has; ask the CA's operator, or request a certificate that is not a CA's",
  ca_not_in_client: () =>
    "this client's allowed.isCA does not allow CA certificates; ask the CA's operator, or request a certificate that is not a CA's",
  ca_usage_not_in_client: () =>
    "this client's allowed.usages do not include \"cert sign\", which every CA certificate has; ask the CA's operator, or request a certificate that is not a CA's",
  no_path_length_left: () =>
    "the issuing CA has path length 0, so no CA can follow it; ask the CA's operator, or request a certificate that is not a CA's",
  path_length: (facts) =>
    `the profile sets path length ${String(facts.size)}, and the issuing CA has ${first(facts)}, so less is left; ask the CA's operator, or request a certificate that is not a CA's`,
  cert_sign_missing: () =>
    'the request is for a CA certificate and does not name the usage "cert sign"; add it, or set isCA to false',
  basic_constraints_differ: (facts) =>
    `the certification request asks for ${facts.actual}, and the certificate would have ${first(facts)}; make them the same`,
  constraint_kinds: () =>
    'the certification request has name constraints of other kinds than DNS, IP, URI and email, which cannot be checked; remove them',
  constraint_not_in_client: ({ value, rule }) =>
    `the name constraint ${value} permits names that this client's ${rule} do not allow; change the request, or ask the CA's operator`,
  ca_not_limited: ({ actual }) =>
    `the profile requires CA certificates to be limited in ${actual}, and neither the certification request nor a CA above is; add permitted subtrees, or exclude all ${actual}`,
  ca_beyond_client: ({ actual, rule }) =>
    `the CA certificate could issue for ${actual} that this client's ${rule} do not allow; add name constraints inside them to the request, or ask the CA's operator`,

  // Extensions.
  extensions_refused: ({ expected }) =>
    `the certification request asks for extensions that the profile's refusedExtensions list: ${quoteList(expected)}; remove them from the request`,
  extensions_limiting: ({ expected }) =>
    `the certification request asks for extensions that limit a certificate, and this CA does not certify them: ${quoteList(expected)}; remove them from the request`,
  extensions_critical: ({ expected }) =>
    `the certification request asks for critical extensions that this CA does not certify: ${quoteList(expected)}; remove them from the request, or mark them as not critical`,

  // Duration.
  duration_too_short: (facts) =>
    `duration ${facts.actual}s is below the profile's minimum of ${first(facts)}s; change the request, or ask the CA's operator`,
  duration_too_long: (facts) =>
    `duration ${facts.actual}s is above the profile's maximum of ${first(facts)}s; change the request, or ask the CA's operator`,
  duration_too_short_for_client: (facts) =>
    `duration ${facts.actual}s is below this client's constraints.minDurationSeconds of ${first(facts)}s; change the request, or ask the CA's operator`,
  duration_too_long_for_client: (facts) =>
    `duration ${facts.actual}s is above this client's constraints.maxDurationSeconds of ${first(facts)}s; change the request, or ask the CA's operator`,
  ca_not_yet_valid: (facts) =>
    `the issuing CA is valid only from ${first(facts)}; the CA's operator must renew it`,
  ca_expires: ({ expected: [end = '', least = ''] }) =>
    `the issuing CA expires at ${end}, which leaves less than the profile's minimum of ${least}s; the CA's operator must renew it`,
} as const satisfies Readonly<Record<string, (facts: Facts) => string>>

/** Which message. */
export type ViolationKind = keyof typeof MESSAGES

/** Where a message of a name or a value is used, and how it ends there. */
interface ContextText {
  readonly show: (actual: string) => string
  readonly complete: (sentence: string, violation: Violation) => string
}

const PLAIN: ContextText = { show: quote, complete: (sentence) => sentence }

const constraint = (actual: string): string => `the name constraint ${quote(actual)}`

const asHost =
  (kind: string): ContextText['complete'] =>
  (sentence, { commonName = '' }) =>
    `the common name ${quote(`CN=${commonName}`)} reads as ${kind} to verifiers, as the request has no dNSName and its usages allow server authentication; ${sentence}; add an allowed dNSName, change the common name, or request only "client auth"`

const CONTEXTS = {
  malformed: { show: quote, complete: (sentence) => `${sentence}; change the request` },
  refused: {
    show: quote,
    complete: (sentence) => `${sentence}; change the request, or ask the CA's operator`,
  },
  malformedConstraint: {
    show: constraint,
    complete: (sentence) => `${sentence}; change the request`,
  },
  refusedConstraint: {
    show: constraint,
    complete: (sentence) => `${sentence}; change the request, or use another issuer`,
  },
  commonNameAsDnsName: { show: quote, complete: asHost('a DNS name') },
  commonNameAsIpAddress: { show: quote, complete: asHost('an IP address') },
  emailOfSubject: {
    show: quote,
    complete: (sentence) =>
      `${sentence}; an emailAddress of the subject is checked as an email address; change the request, or ask the CA's operator`,
  },
} as const satisfies Readonly<Record<string, ContextText>>

type Context = keyof typeof CONTEXTS
