/**
 * Patterns that match more than they seem to: `*` also matches dots, slashes and nothing at all, so
 * `*acme.internal` is not `*.acme.internal`.
 *
 * @module
 */

/** What a pattern is compared with. */
export type PatternKind = 'commonName' | 'dns' | 'ip' | 'uri' | 'email'

const KIND_NAMES: Readonly<Record<PatternKind, string>> = {
  commonName: 'common name',
  dns: 'DNS name',
  ip: 'IP address',
  uri: 'URI',
  email: 'email address',
}

/** Between a `*` and `{namespace}` without a delimiter: which is which cannot be told. */
const OPEN_NAMESPACE = /\*[^./:@]*\{namespace\}|\{namespace\}[^./:@]*\*/

/** @returns What the pattern matches besides what was probably meant; `undefined` when nothing. */
export function patternProblem(kind: PatternKind, pattern: string): string | undefined {
  if (!pattern.includes('*')) return undefined
  if (/^\*+$/.test(pattern)) return `"${pattern}" matches every ${KIND_NAMES[kind]}`
  if (OPEN_NAMESPACE.test(pattern)) {
    return `"${pattern}" does not keep namespaces apart: what is of namespace "a-b" can match for namespace "a" or "b"; put a delimiter (. / : @) between "{namespace}" and "*"`
  }
  const outside = outsideExample(kind, pattern)
  return outside === undefined
    ? undefined
    : `"${pattern}" also matches ${KIND_NAMES[kind]}s elsewhere, such as "${outside}"`
}

/** A value that matches, and that belongs to somebody else. */
function outsideExample(kind: PatternKind, pattern: string): string | undefined {
  switch (kind) {
    case 'commonName': {
      // One that is no host name is no one's.
      return pattern.includes('.') ? outsideDomain(pattern, ['.']) : undefined
    }
    case 'dns': {
      return outsideDomain(pattern, ['.'])
    }
    case 'email': {
      return outsideDomain(pattern, ['.', '@'])
    }
    case 'uri': {
      return outsideHost(pattern)
    }
    case 'ip': {
      return /[\da-f]\*/i.test(pattern) ? pattern.replaceAll('*', '0.0.1') : undefined
    }
  }
}

/** Whose a domain is, is said by its end: behind the last `*` a label must begin. */
function outsideDomain(pattern: string, delimiters: readonly string[]): string | undefined {
  const at = pattern.lastIndexOf('*')
  const [head, tail] = [pattern.slice(0, at).replaceAll('*', 'x'), pattern.slice(at + 1)]
  if (tail === '') return `${head}evil.example`
  return delimiters.includes(tail.charAt(0)) ? undefined : `${head}evil${tail}`
}

/** A scheme with its whole host, or something that is not in the form of one, such as a URN. */
const FIXED_HOST = /^[a-z][a-z\d+.-]*:(?:\/\/[^/?#]+[/?#]|[^/])/i

/** A URI with an authority that ends: a `*` in it matches nothing beyond it. */
const WHOLE_AUTHORITY = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)[/?#]/i

/** Whose a URI is, is said by its host: a `*` must be behind it, or at the beginning of its domain. */
function outsideHost(pattern: string): string | undefined {
  const at = pattern.indexOf('*')
  const head = pattern.slice(0, at)
  if (FIXED_HOST.test(head)) return undefined
  const host = WHOLE_AUTHORITY.exec(pattern)?.[1]
  if (host !== undefined) {
    const outside = outsideDomain(host, ['.'])
    return outside === undefined ? undefined : pattern.replace(host, outside).replaceAll('*', 'x')
  }
  const filler = head.includes('://') ? '.evil.example/' : 'https://evil.example/'
  const shown = head.endsWith('://') ? filler.slice(1) : filler
  return `${head}${shown}${pattern.slice(at + 1).replaceAll('*', 'x')}`
}
