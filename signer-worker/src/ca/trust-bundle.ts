/**
 * What verifiers must trust while an issuer's CAs are rotated: the roots of all of them.
 *
 * @module
 */
import type { IssuingCa } from '../model/issuing-ca.ts'

/** @returns PEM of the roots above `cas`, each once, in their order. */
export const distinctRoots = (cas: readonly Pick<IssuingCa, 'rootPem'>[]): readonly string[] => [
  ...new Set(cas.map(({ rootPem }) => rootPem)),
]

/**
 * @param rootPem - The root that a certificate ends at, which may be none of today's.
 * @param roots - Those of the issuer, each once: {@link distinctRoots}.
 * @returns PEM: `rootPem`, then the others, for a reader that takes only the first.
 */
export const trustBundle = (rootPem: string, roots: readonly string[]): string =>
  [rootPem, ...roots.filter((root) => root !== rootPem)].join('')
