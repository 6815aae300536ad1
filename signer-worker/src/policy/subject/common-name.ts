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
import { hostOf } from '../names/host-text.ts'
import { constraintFault } from '../names/name-constraints.ts'
import { caFault, clientFault, type NameRules, profileFault } from '../names/names.ts'
import { quote } from '../text.ts'

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
  if (constraints.length === 0 || names.some(({ kind }) => kind === 'dns')) return NO_WARNINGS
  return subject.rdns.flat().flatMap(({ type, value }) => {
    if (type !== 'CN' || !(isForServers || hostOf(value) !== undefined)) return NO_WARNINGS
    const fault = constraintFault({ kind: 'dns', value }, constraints)
    if (fault === undefined) return NO_WARNINGS
    const verifiers = isForServers ? 'GnuTLS' : 'Java, and OpenSSL where it has a dot,'
    return [
      `the common name ${quote(`CN=${value}`)} ${fault}: ${verifiers} may refuse the certificate, as it has no dNSName; add a dNSName that the constraint permits`,
    ]
  })
}

const NO_WARNINGS: readonly string[] = []

/** Common names, and what else decides whether verifiers read them. */
export interface CommonNames {
  readonly subject: Name
  readonly names: readonly GeneralName[]
  /** Whether the usages of the certificate allow a verifier to accept it for a server. */
  readonly isForServers: boolean
}
