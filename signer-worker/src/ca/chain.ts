/**
 * A chain of CA certificates: what is wrong with it, all of it, before anything is signed under it.
 * Times are not checked: a valid chain stays valid until it expires.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import {
  CA_CRITICAL_EXTENSIONS,
  type Certificate,
  equalBytes,
  nameToText,
  oidToText,
} from '@edge-issuer/shared/x509'
import { SUPPORTED_CONSTRAINTS } from '../policy/names/name-constraints.ts'
import { caKeyProblem, caSignatureProblem } from './accepted-algorithms.ts'
import { requiredPolicies } from './chain-policies.ts'

/** One certificate of a chain. */
export interface ChainLink {
  readonly der: Uint8Array
  readonly certificate: Certificate
}

/** Number of the bit in keyUsage (RFC 5280 §4.2.1.3). */
const KEY_CERT_SIGN = 5

/** @param links - The issuing CA, then each one above it, the root last. */
export function checkChain(links: readonly ChainLink[]): readonly string[] {
  const policies = requiredPolicies(links.map(({ certificate }) => certificate))
  return links.flatMap((link, index) =>
    [
      ...checkAlgorithms(link.certificate),
      ...checkRole(link.certificate),
      ...(index === 0 ? checkIssuing(link.certificate) : []),
      checkLink(link, links[index + 1]),
      checkPathLength(link.certificate, index),
      policies.ok || policies.error.index !== index ? undefined : policies.error.message,
    ]
      .filter((error) => error !== undefined)
      .map((error) => `${certificateLabel(index, link.certificate)} ${error}`),
  )
}

const certificateLabel = (index: number, { subject }: Certificate): string =>
  `certificate ${String(index + 1)} (${nameToText(subject)})`

const checkAlgorithms = ({
  publicKey,
  signatureAlgorithm,
}: Certificate): readonly (string | undefined)[] => [
  caKeyProblem(publicKey.key),
  caSignatureProblem(signatureAlgorithm),
]

/** Requirements for every CA certificate. */
function checkRole({ extensions }: Certificate): readonly (string | undefined)[] {
  const { basicConstraints, keyUsage, nameConstraints } = extensions.values
  const { permitted = [], excluded = [] } = nameConstraints ?? {}
  return [
    ...extensions.list
      .filter(({ oid, critical }) => critical && !CA_CRITICAL_EXTENSIONS.has(oid))
      .map(
        ({ oid }) =>
          `has the critical extension ${oidToText(oid)}, for which verifiers refuse the chain`,
      ),
    basicConstraints?.isCA === true ? undefined : 'is not a CA: it lacks basicConstraints with cA',
    // Old roots have no keyUsage at all, which limits nothing.
    keyUsage === undefined || keyUsage.includes(KEY_CERT_SIGN)
      ? undefined
      : 'lacks keyCertSign in its keyUsage',
    [...permitted, ...excluded].every(({ kind }) => SUPPORTED_CONSTRAINTS.has(kind))
      ? undefined
      : 'has name constraints of other kinds than DNS, IP, URI and email, which cannot be checked here',
  ]
}

/** Further requirements for the CA that signs here. */
function checkIssuing(certificate: Certificate): readonly (string | undefined)[] {
  const { extensions, subject } = certificate
  const { keyUsage, subjectKeyIdentifier } = extensions.values
  return [
    keyUsage === undefined ? 'lacks keyUsage, and with it keyCertSign' : undefined,
    subjectKeyIdentifier === undefined ? 'lacks a subjectKeyIdentifier' : undefined,
    subject.rdns.length === 0 ? 'has an empty subject' : undefined,
  ]
}

/** The last certificate is followed by itself: it must be a root. */
function checkLink(link: ChainLink, next: ChainLink | undefined): string | undefined {
  const { certificate } = link
  const above = next ?? link
  const who = next === undefined ? 'itself, but the last one must be a root' : 'the next one'
  if (!equalBytes(certificate.issuer.raw, above.certificate.subject.raw)) {
    return `is not issued by ${who}: its issuer is ${nameToText(certificate.issuer)}`
  }
  const { authorityKeyIdentifier } = certificate.extensions.values
  const { subjectKeyIdentifier } = above.certificate.extensions.values
  const isSameKey =
    authorityKeyIdentifier === undefined ||
    subjectKeyIdentifier === undefined ||
    equalBytes(authorityKeyIdentifier, subjectKeyIdentifier)
  if (!isSameKey) return `is not issued by ${who}: the key identifiers differ`
  // What is not accepted has its own error, whatever this runtime accepts.
  const isAccepted =
    caKeyProblem(above.certificate.publicKey.key) === undefined &&
    caSignatureProblem(certificate.signatureAlgorithm) === undefined
  return !isAccepted || isSignedBy(link, above) ? undefined : `is not signed by ${who}`
}

function isSignedBy(link: ChainLink, above: ChainLink): boolean {
  try {
    return new X509Certificate(link.der).verify(new X509Certificate(above.der).publicKey)
  } catch {
    // A signature of another kind than the key verifies nothing.
    return false
  }
}

/** RFC 5280 §4.2.1.9: `index` CA certificates follow this one already. */
function checkPathLength({ extensions }: Certificate, index: number): string | undefined {
  const pathLength = extensions.values.basicConstraints?.pathLength
  return pathLength !== undefined && pathLength < index
    ? `has path length ${String(pathLength)}, and ${String(index)} CA certificates follow it`
    : undefined
}
