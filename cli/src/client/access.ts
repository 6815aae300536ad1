/**
 * What a client may request: the flags for it, and the members of the client's entry.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { patternSchema, USAGES } from '@edge-issuer/signer-worker/config'
import { repeated, toggle, type Values, type ValueType } from '../command-line/parameters.ts'
import { bySchema, choice } from '../command-line/value-types.ts'

/** A pattern of the worker's rules. */
const PATTERN: ValueType<string> = bySchema('PATTERN', patternSchema)

/** Usages that cert-manager Certificates of servers and clients normally request. */
const DEFAULT_USAGES = ['digital signature', 'key encipherment', 'server auth', 'client auth']

/** Further usages that CA certificates request. */
const CA_USAGES = ['cert sign', 'crl sign']

/** Flags of every command that writes a client's entry. */
export const accessParameters = {
  allowDns: repeated(
    PATTERN,
    'DNS names that the client may request, also as common names; "*" matches any characters, "{namespace}" is the namespace of the request',
  ),
  allowIp: repeated(PATTERN, 'IP addresses that the client may request, such as 10.1.*'),
  allowUri: repeated(
    PATTERN,
    'URIs that the client may request, such as spiffe://acme/ns/{namespace}/*',
  ),
  allowEmail: repeated(PATTERN, 'email addresses that the client may request'),
  allowCommonName: repeated(
    PATTERN,
    'common names that the client may request, in addition to its DNS names',
  ),
  allowOrganization: repeated(PATTERN, 'organizations (O) that the client may request'),
  allowUsage: repeated(
    choice('USAGE', USAGES),
    `usages that the client may request; when absent ${DEFAULT_USAGES.join(', ')}, and with --allow-ca also ${CA_USAGES.join(', ')}`,
  ),
  allowCa: toggle('the client may request CA certificates if its profile allows them'),
  unrestricted: toggle(
    'the client may request everything that its profiles and the issuing CA allow',
  ),
}

/** The members of a client's entry that limit what it may request. */
export type Access =
  | { readonly unrestricted: true }
  | { readonly allowed: Readonly<Record<string, unknown>> }

/** Error if no flag grants access: a client must never get everything by omission. */
export const MISSING_ACCESS =
  "choose what the client may request with --allow-dns, --allow-ip, --allow-uri, --allow-email or --allow-common-name (such as --allow-dns '*.acme.internal'), or use --unrestricted for everything that its profiles and the issuing CA allow"

/** @returns The members; `undefined` without any of the flags; an error message if flags contradict each other. */
export function readAccess(
  values: Values<typeof accessParameters>,
): Result<Access | undefined, string> {
  const names = [
    values.allowDns,
    values.allowIp,
    values.allowUri,
    values.allowEmail,
    values.allowCommonName,
  ]
  const hasNames = names.some((patterns) => patterns.length > 0)
  const hasRules =
    hasNames ||
    values.allowOrganization.length > 0 ||
    values.allowUsage.length > 0 ||
    values.allowCa
  if (values.unrestricted) {
    return hasRules
      ? err('--unrestricted excludes the --allow flags; remove one or the other')
      : ok({ unrestricted: true })
  }
  if (hasNames) return ok({ allowed: allowedOf(values) })
  return hasRules ? err(`these flags allow no names: ${MISSING_ACCESS}`) : ok(undefined)
}

const rule = (name: string, patterns: readonly string[]): object =>
  patterns.length === 0 ? {} : { [name]: { values: patterns } }

/** Contains only what a flag names: the client may not request what is absent from `allowed`. */
function allowedOf(values: Values<typeof accessParameters>): Readonly<Record<string, unknown>> {
  const { allowDns, allowIp, allowUri, allowEmail, allowCommonName, allowOrganization } = values
  const defaults = values.allowCa ? [...DEFAULT_USAGES, ...CA_USAGES] : DEFAULT_USAGES
  return {
    // The commonName of a Certificate is usually one of its dnsNames.
    ...rule('commonName', [...allowDns, ...allowCommonName]),
    ...rule('dnsNames', allowDns),
    ...rule('ipAddresses', allowIp),
    ...rule('uris', allowUri),
    ...rule('emailAddresses', allowEmail),
    ...(values.allowCa ? { isCA: true } : {}),
    usages: values.allowUsage.length === 0 ? defaults : values.allowUsage,
    ...(allowOrganization.length === 0
      ? {}
      : { subject: rule('organizations', allowOrganization) }),
  }
}
