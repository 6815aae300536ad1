/**
 * Common names that verifiers read as a host. RFC 9525 retires them, but OpenSSL, curl, Node.js, Python,
 * Ruby, Java and GnuTLS still compare a common name with the host where the subject alternative name has
 * no dNSName. So such a common name is checked as if it were one.
 *
 * @module
 */
import { generalNameToText, type GeneralName, type Name } from '@edge-issuer/shared/x509'
import { hostOf } from './host-text.ts'
import { caFault, clientFault, type NameRules, profileFault } from './names.ts'
import { quote } from './text.ts'

/** A common name, and the host that a verifier may read in it. */
export interface HostInCommonName {
  /** As it is in the subject. */
  readonly text: string
  readonly host: GeneralName
}

/** @returns The hosts in common names; none where there is a dNSName, since then no verifier looks. */
export function hostsInCommonNames(
  { rdns }: Name,
  names: readonly GeneralName[],
): readonly HostInCommonName[] {
  if (names.some(({ kind }) => kind === 'dns')) return NONE
  let found: HostInCommonName[] | undefined
  for (const rdn of rdns) {
    for (const { type, value } of rdn) {
      const host = type === 'CN' ? hostOf(value) : undefined
      if (host !== undefined) (found ??= []).push({ text: value, host })
    }
  }
  return found ?? NONE
}

const NONE: readonly HostInCommonName[] = []

/** @returns What the profile, the client's rules or a CA above have against a host, as a sentence. */
export function commonNameHostFault(
  { text, host }: HostInCommonName,
  { profile, client, constraints }: NameRules,
): string | undefined {
  const fault =
    profileFault(host, profile) ?? clientFault(host, client) ?? caFault(host, constraints)
  if (fault === undefined) return undefined
  const kind = host.kind === 'dns' ? 'a DNS name' : 'an IP address'
  return `the common name ${quote(`CN=${text}`)} reads as ${kind} to verifiers, as the request has no dNSName and its usages allow server authentication; ${quote(generalNameToText(host))} ${fault}; add an allowed dNSName, change the common name, or request only "client auth"`
}

/**
 * In a certificate that is not for servers a common name is only a name. But some verifiers hold it
 * against DNS name constraints all the same: OpenSSL and Java where it reads as a host.
 *
 * @returns What to add, as a sentence; `undefined` where no verifier objects.
 */
export function commonNameWarning(
  { text, host }: HostInCommonName,
  { constraints }: Pick<NameRules, 'constraints'>,
): string | undefined {
  if (host.kind !== 'dns') return undefined
  const fault = caFault(host, constraints)
  return fault === undefined
    ? undefined
    : `the common name ${quote(`CN=${text}`)} ${fault}: some verifiers hold it against them, as there is no dNSName, and refuse the certificate; add a dNSName that they permit`
}
