/**
 * Common names that verifiers read as a host. RFC 9525 retires them, but OpenSSL, curl, Node.js, Python,
 * Ruby, Java and GnuTLS still compare a common name with the host where the subject alternative name has
 * no dNSName. So such a common name is checked as if it were one.
 *
 * @module
 */
import {
  generalNameToText,
  type GeneralName,
  type Name,
  type NameConstraints,
} from '@edge-issuer/shared/x509'
import type { Violation } from '../messages.ts'
import { hostOf } from '../names/host-text.ts'
import { checkNameConstraints } from '../names/name-constraints.ts'
import {
  checkClientRules,
  checkIssuerConstraints,
  checkProfile,
  type NameRules,
} from '../names/names.ts'
import { quote, quoteList } from '../text.ts'

/** A common name, and the host that a verifier may read in it. */
export interface HostInCommonName {
  /** As it is in the subject. */
  readonly text: string
  readonly host: GeneralName
}

/** @returns The hosts in common names; none where there is a dNSName, since then no verifier reads them. */
export const hostsInCommonNames = (
  { rdns }: Name,
  names: readonly GeneralName[],
): readonly HostInCommonName[] =>
  names.some(({ kind }) => kind === 'dns')
    ? []
    : rdns.flat().flatMap(({ type, value }) => {
        const host = type === 'CN' ? hostOf(value) : undefined
        return host === undefined ? [] : [{ text: value, host }]
      })

/** @returns The first rule of the profile, the client or a CA above that a host in a common name breaks. */
export function checkCommonNameHost(
  { text, host }: HostInCommonName,
  { profile, client, constraints }: NameRules,
): Violation | undefined {
  const finding =
    checkProfile(host, profile) ??
    checkClientRules(host, client) ??
    checkIssuerConstraints(host, constraints)
  return (
    finding && {
      ...finding,
      code: 'subject_not_allowed',
      field: 'commonName',
      actual: generalNameToText(host),
      commonName: text,
      context: host.kind === 'dns' ? 'commonNameAsDnsName' : 'commonNameAsIpAddress',
    }
  )
}

/**
 * Common names that are allowed and that verifiers refuse all the same under DNS name constraints, where
 * there is no dNSName. Java holds one that it can read as a DNS name against them, and OpenSSL one with a
 * dot, in client certificates too; GnuTLS any common name of a certificate that is good for servers.
 *
 * @returns What to add, one sentence each.
 */
export function commonNameWarnings(
  { subject, names, isForServers }: CommonNames,
  constraints: readonly NameConstraints[],
): readonly string[] {
  if (constraints.length === 0 || names.some(({ kind }) => kind === 'dns')) return []
  return subject.rdns.flat().flatMap(({ type, value }) => {
    if (type !== 'CN' || !(isForServers || hostOf(value) !== undefined)) return []
    const finding = checkNameConstraints({ kind: 'dns', value }, constraints)
    if (finding === undefined) return []
    const verifiers = isForServers ? 'GnuTLS' : 'Java, and OpenSSL where it has a dot,'
    return [
      `${verifiers} may refuse the certificate: it has no dNSName, and its common name ${quote(`CN=${value}`)} does not satisfy the issuing CA's name constraints: ${quoteList(finding.expected ?? [])}; add a dNSName that the constraints permit`,
    ]
  })
}

/** Common names, and what else decides whether verifiers read them. */
export interface CommonNames {
  readonly subject: Name
  readonly names: readonly GeneralName[]
  /** Whether the usages of the certificate allow a verifier to accept it for a server. */
  readonly isForServers: boolean
}
