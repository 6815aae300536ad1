/**
 * A chain of CA certificates: what is wrong with it, all of it, before anything is signed under it.
 * Times are not looked at: a chain that is right today is right until it expires.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { type Certificate, equalOctets, nameToText, type PublicKey } from '@edge-issuer/shared/x509'
import { JUDGED_CONSTRAINTS } from '../policy/name-constraints.ts'
import { MAX_RSA_BITS, MIN_RSA_BITS } from '../policy/profile.ts'

/** One certificate of a chain. */
export interface ChainLink {
  readonly der: Uint8Array
  readonly certificate: Certificate
}

/** Number of the bit in keyUsage (RFC 5280 §4.2.1.3). */
const KEY_CERT_SIGN = 5

/** @param links - The issuing CA, then each one above it, the root last. */
export function chainFaults(links: readonly ChainLink[]): readonly string[] {
  return links.flatMap((link, index) =>
    [
      ...roleFaults(link.certificate),
      ...(index === 0 ? issuingFaults(link.certificate) : []),
      linkFault(link, links[index + 1]),
      pathFault(link.certificate, index),
    ]
      .filter((fault) => fault !== undefined)
      .map((fault) => `${certificateLabel(index, link.certificate)} ${fault}`),
  )
}

const certificateLabel = (index: number, { subject }: Certificate): string =>
  `certificate ${String(index + 1)} (${nameToText(subject)})`

/** What every CA certificate has to have. */
function roleFaults({ extensions }: Certificate): readonly (string | undefined)[] {
  const { basicConstraints, keyUsage, nameConstraints } = extensions.values
  const { permitted = [], excluded = [] } = nameConstraints ?? {}
  return [
    basicConstraints?.isCA === true ? undefined : 'is not a CA: it lacks basicConstraints with cA',
    // Old roots have no keyUsage at all, which limits nothing.
    keyUsage === undefined || keyUsage.includes(KEY_CERT_SIGN)
      ? undefined
      : 'lacks keyCertSign in its keyUsage',
    [...permitted, ...excluded].every(({ kind }) => JUDGED_CONSTRAINTS.has(kind))
      ? undefined
      : 'has name constraints of other kinds than DNS, IP, URI and email, which cannot be judged here',
  ]
}

/** What the CA that signs here has to have as well. */
function issuingFaults(certificate: Certificate): readonly (string | undefined)[] {
  const { extensions, publicKey, subject } = certificate
  const { keyUsage, subjectKeyIdentifier } = extensions.values
  return [
    keyUsage === undefined ? 'lacks keyUsage, and with it keyCertSign' : undefined,
    subjectKeyIdentifier === undefined ? 'lacks a subjectKeyIdentifier' : undefined,
    subject.rdns.length === 0 ? 'has an empty subject' : undefined,
    keyFault(publicKey.key),
  ]
}

function keyFault(key: PublicKey): string | undefined {
  if (key.kind === 'unsupported') return `has a key that cannot sign here: ${key.algorithm}`
  return key.kind === 'RSA' && (key.bits < MIN_RSA_BITS || key.bits > MAX_RSA_BITS)
    ? `has an RSA key of ${String(key.bits)} bits; ${String(MIN_RSA_BITS)} to ${String(MAX_RSA_BITS)} are wanted`
    : undefined
}

/** The last certificate is followed by itself: it must be a root. */
function linkFault(link: ChainLink, next: ChainLink | undefined): string | undefined {
  const { certificate } = link
  const above = next ?? link
  const who = next === undefined ? 'itself, but the last one must be a root' : 'the next one'
  if (!equalOctets(certificate.issuer.raw, above.certificate.subject.raw)) {
    return `is not issued by ${who}: its issuer is ${nameToText(certificate.issuer)}`
  }
  const { authorityKeyIdentifier } = certificate.extensions.values
  const { subjectKeyIdentifier } = above.certificate.extensions.values
  const isSameKey =
    authorityKeyIdentifier === undefined ||
    subjectKeyIdentifier === undefined ||
    equalOctets(authorityKeyIdentifier, subjectKeyIdentifier)
  if (!isSameKey) return `is not issued by ${who}: the key identifiers differ`
  return isSignedBy(link, above) ? undefined : `is not signed by ${who}`
}

function isSignedBy(link: ChainLink, above: ChainLink): boolean {
  try {
    return new X509Certificate(link.der).verify(new X509Certificate(above.der).publicKey)
  } catch {
    // A key or an algorithm that the runtime does not know verifies nothing.
    return false
  }
}

/** RFC 5280 §4.2.1.9: `index` CA certificates follow this one already. */
function pathFault({ extensions }: Certificate, index: number): string | undefined {
  const pathLength = extensions.values.basicConstraints?.pathLength
  return pathLength !== undefined && pathLength < index
    ? `has path length ${String(pathLength)}, and ${String(index)} CA certificates follow it`
    : undefined
}
