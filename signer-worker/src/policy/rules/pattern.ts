/**
 * approver-policy's wildcards: `*` matches any characters, also none, also dots and slashes. Beyond
 * approver-policy, `{namespace}` is replaced by the namespace of the request.
 *
 * @module
 */
import { NAME_PATTERN } from '@edge-issuer/shared'

/** The placeholder for the namespace of the request. */
export const NAMESPACE_PLACEHOLDER = '{namespace}'

/** Patterns that were split once, so that a request only has to compare. */
export interface Patterns {
  /** As the configuration has them, or with the namespace of the request. */
  readonly texts: readonly string[]
  /** The parts between the `*` of each pattern. */
  readonly parts: readonly (readonly string[])[]
  /** The parts of each pattern with `{namespace}`: it matches nothing before {@link inNamespace}. */
  readonly templates: readonly (readonly string[])[]
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
    templates: texts.filter(hasNamespace).map(split),
  }
}

const hasNamespace = (pattern: string): boolean => pattern.includes(NAMESPACE_PLACEHOLDER)

/**
 * The patterns for the requests of one namespace. It is filled in after the split at `*`, so it can
 * never act as a pattern.
 *
 * @param namespace - Of the request. With an empty one (a cluster-scoped request), and with one that is
 *   not a Kubernetes namespace (a DNS label), patterns with `{namespace}` match nothing.
 */
export function inNamespace(patterns: Patterns, namespace: string): Patterns {
  const { texts, parts, templates } = patterns
  if (templates.length === 0 || !NAME_PATTERN.test(namespace)) return patterns
  const fill = (text: string): string => text.replaceAll(NAMESPACE_PLACEHOLDER, namespace)
  return {
    texts: texts.map(fill),
    parts: [...parts, ...templates.map((pattern) => pattern.map(fill))],
    templates: [],
  }
}

/** Whether `text` matches one of `patterns`. */
export const matchesAny = ({ parts }: Patterns, text: string): boolean =>
  parts.some((pattern) => matches(pattern, text))

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
