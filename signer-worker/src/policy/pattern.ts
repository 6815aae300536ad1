/**
 * approver-policy's wildcards: `*` matches any characters, also none, also dots and slashes. Beyond
 * approver-policy, `{namespace}` matches the namespace of the request and nothing else.
 *
 * @module
 */
import { NAME_PATTERN } from '@edge-issuer/shared'

/** In a pattern, stands for the namespace of the request. */
export const NAMESPACE_PLACEHOLDER = '{namespace}'

/** Patterns that were split once, so that a request only has to compare. */
export interface Patterns {
  /** As the configuration has them. */
  readonly texts: readonly string[]
  /** The parts between the `*` of each pattern without `{namespace}`. */
  readonly parts: readonly (readonly string[])[]
  /** The parts of each pattern with `{namespace}`, which each request fills in. */
  readonly namespaced: readonly (readonly string[])[]
}

/** @param fold - Changes patterns as values are changed before they are compared; identity when absent. */
export function compilePatterns(
  texts: readonly string[],
  fold: (text: string) => string = (text) => text,
): Patterns {
  const split = (text: string): readonly string[] => fold(text).split('*')
  return {
    texts,
    parts: texts.filter((text) => !hasNamespace(text)).map(split),
    namespaced: texts.filter(hasNamespace).map(split),
  }
}

const hasNamespace = (pattern: string): boolean => pattern.includes(NAMESPACE_PLACEHOLDER)

/**
 * Whether `text` matches one of `patterns`.
 *
 * @param namespace - Of the request. Without one (a cluster-scoped request), and with one that is not a
 *   Kubernetes namespace (a DNS label), patterns with `{namespace}` match nothing.
 */
export const matchesAny = (
  { parts, namespaced }: Patterns,
  text: string,
  namespace?: string,
): boolean =>
  parts.some((pattern) => matches(pattern, text)) ||
  (namespaced.length > 0 && matchesNamespaced(namespaced, text, namespace))

/** The namespace is filled in after the split at `*`, so it can never act as a pattern. */
function matchesNamespaced(
  namespaced: Patterns['namespaced'],
  text: string,
  namespace: string | undefined,
): boolean {
  if (namespace === undefined || !NAME_PATTERN.test(namespace)) return false
  return namespaced.some((pattern) =>
    matches(
      pattern.map((part) => part.replaceAll(NAMESPACE_PLACEHOLDER, namespace)),
      text,
    ),
  )
}

/** Linear but for the number of `*`: each part is searched once, from the left. */
function matches(parts: readonly string[], text: string): boolean {
  const [first = ''] = parts
  const end = parts.length - 1
  const last = parts[end] ?? ''
  if (end === 0) return text === first
  if (!text.startsWith(first)) return false
  let at = first.length
  for (let index = 1; index < end; index += 1) {
    const part = parts[index] ?? ''
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}
