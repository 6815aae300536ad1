/**
 * What a client may ask for: the flags that say it, and the members of its entry that they become.
 *
 * @module
 */
import { err, ok, type Result } from '@edge-issuer/shared'
import { patternSchema, USAGES } from '@edge-issuer/signer-worker/config'
import { repeated, toggle, type Values, type ValueType } from '../command-line/parameters.ts'
import { bySchema, choice } from '../command-line/value-types.ts'

/** A pattern of the worker's rules. */
const PATTERN: ValueType<string> = bySchema('PATTERN', patternSchema)

/** What an ordinary cert-manager Certificate asks for, for servers and for clients. */
const DEFAULT_USAGES = ['digital signature', 'key encipherment', 'server auth', 'client auth']

/** What a CA certificate asks for besides. */
const CA_USAGES = ['cert sign', 'crl sign']

/** Flags of every command that writes an entry of a client. */
export const accessParameters = {
  allowDns: repeated(
    PATTERN,
    'DNS names that the client may ask for, also as common names: "*" is any characters, "{namespace}" the namespace of the request',
  ),
  allowIp: repeated(PATTERN, 'IP addresses that it may ask for, such as 10.1.*'),
  allowUri: repeated(PATTERN, 'URIs that it may ask for, such as spiffe://acme/ns/{namespace}/*'),
  allowEmail: repeated(PATTERN, 'email addresses that it may ask for'),
  allowCommonName: repeated(PATTERN, 'common names that it may ask for, besides its DNS names'),
  allowOrganization: repeated(PATTERN, 'organizations (O) that it may ask for'),
  allowUsage: repeated(
    choice('USAGE', USAGES),
    `usages that it may ask for; ${DEFAULT_USAGES.join(', ')} when absent, and with --allow-ca ${CA_USAGES.join(', ')}`,
  ),
  allowCa: toggle('it may ask for CA certificates, where its profile allows them'),
  unrestricted: toggle('it may ask for everything that its profiles and the issuing CA allow'),
}

/** The members of a client's entry that say what it may ask for. */
export type Access =
  | { readonly unrestricted: true }
  | { readonly allowed: Readonly<Record<string, unknown>> }

/** What to say where no flag says it: a client must never get everything by omission. */
export const MISSING_ACCESS =
  "say what the client may ask for: with --allow-dns, --allow-ip, --allow-uri, --allow-email or --allow-common-name (such as --allow-dns '*.acme.internal'), or with --unrestricted for everything that its profiles and the issuing CA allow"

/** @returns The members; `undefined` without any of the flags. Or which flags contradict each other. */
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
      ? err('choose --unrestricted, or flags that begin with --allow')
      : ok({ unrestricted: true })
  }
  if (hasNames) return ok({ allowed: allowedOf(values) })
  return hasRules ? err(`these flags allow no name: ${MISSING_ACCESS}`) : ok(undefined)
}

const rule = (name: string, patterns: readonly string[]): object =>
  patterns.length === 0 ? {} : { [name]: { values: patterns } }

/** What is absent from `allowed` may not be asked for, so nothing stands in it that no flag names. */
function allowedOf(values: Values<typeof accessParameters>): Readonly<Record<string, unknown>> {
  const { allowDns, allowIp, allowUri, allowEmail, allowCommonName, allowOrganization } = values
  const defaults = values.allowCa ? [...DEFAULT_USAGES, ...CA_USAGES] : DEFAULT_USAGES
  return {
    // cert-manager's commonName is one of the dnsNames, most of the time.
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
