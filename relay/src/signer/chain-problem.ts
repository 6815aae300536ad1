/**
 * Whether certificates are a chain that verifiers accept, and roots that can be trusted.
 *
 * @module
 */
import { type Certificate, CA_CRITICAL_EXTENSIONS, oidToText } from '@edge-issuer/shared/x509'
import type { CertificateCache, ParsedCertificate } from './certificate-cache.ts'

/** What certificates are checked with. */
export interface ChainContext {
  readonly certificates: CertificateCache
  readonly nowMs: number
}

/**
 * @param links - Each certificate, then the one that signed it.
 * @param leaves - 1 where the first is a leaf, whose fields the caller checks; 0 where all are CAs.
 * @returns What is wrong with the chain; `undefined` when it is accepted.
 */
export function chainProblem(
  links: readonly ParsedCertificate[],
  leaves: 0 | 1,
  { certificates, nowMs }: ChainContext,
): string | undefined {
  for (const [index, link] of links.entries()) {
    const next = links[index + 1]
    const problem =
      next !== undefined && !certificates.isIssuedBy(link, next)
        ? 'is not signed by the next'
        : index < leaves
          ? undefined
          : (caProblem(link, index - leaves) ??
            (isExpired(link.parts, nowMs) ? 'is expired' : undefined))
    if (problem !== undefined) return `certificate ${String(index + 1)} of the chain ${problem}`
  }
  return undefined
}

/**
 * A root may be expired: that of a retiring CA stays in the bundle until the operator removes it.
 *
 * @returns What is wrong with the first root that cannot be one; `undefined` when all can.
 */
export function rootsProblem(
  roots: readonly ParsedCertificate[],
  { certificates }: Pick<ChainContext, 'certificates'>,
): string | undefined {
  for (const [index, root] of roots.entries()) {
    const problem = certificates.isIssuedBy(root, root) ? caProblem(root, 0) : 'is not self-signed'
    if (problem !== undefined)
      return `certificate ${String(index + 1)} is not a root: it ${problem}`
  }
  return undefined
}

/** @param below - How many CA certificates follow this one (RFC 5280 §4.2.1.9). */
function caProblem({ parts, x509 }: ParsedCertificate, below: number): string | undefined {
  if (!x509.ca) return 'is not a CA'
  const { list, values } = parts.extensions
  const unknown = list.find(({ oid, critical }) => critical && !CA_CRITICAL_EXTENSIONS.has(oid))
  if (unknown !== undefined) {
    return `has the critical extension ${oidToText(unknown.oid)}, for which verifiers refuse the chain`
  }
  const { pathLength = Infinity } = values.basicConstraints ?? {}
  return pathLength < below
    ? `has path length ${String(pathLength)}, and ${String(below)} CA certificates follow it`
    : undefined
}

/** Whether the last second of the validity is over: notAfter is included (RFC 5280 §4.1.2.5). */
export const isExpired = (
  { notAfterMs }: Pick<Certificate, 'notAfterMs'>,
  nowMs: number,
): boolean => nowMs >= notAfterMs + 1_000
