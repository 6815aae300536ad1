/**
 * Detects patterns that match more than they seem to: `*` also matches dots, slashes and nothing at all, so
 * `*acme.internal` is not `*.acme.internal`.
 *
 * @module
 */

/** Kind of the value that a pattern matches. */
export type PatternKind = 'commonName' | 'dns' | 'ip' | 'uri' | 'email'

const KIND_NAMES: Readonly<Record<PatternKind, string>> = {
  commonName: 'common name',
  dns: 'DNS name',
  ip: 'IP address',
  uri: 'URI',
  email: 'email address',
}

/** A `*` and `{namespace}` without a delimiter between them: their values cannot be separated. */
const OPEN_NAMESPACE = /\*[^./:@]*\{namespace\}|\{namespace\}[^./:@]*\*/

/** @returns A warning if the pattern matches more than was probably intended. */
export function patternProblem(kind: PatternKind, pattern: string): string | undefined {
  if (!pattern.includes('*')) return undefined
  if (/^\*+$/.test(pattern)) return `"${pattern}" matches every ${KIND_NAMES[kind]}`
  if (OPEN_NAMESPACE.test(pattern)) {
    return `"${pattern}" does not separate namespaces: a name of namespace "a-b" can match for namespace "a" or "b"; put a delimiter (. / : @) between "{namespace}" and "*"`
  }
  const outside = outsideExample(kind, pattern)
  return outside === undefined
    ? undefined
    : `"${pattern}" also matches ${KIND_NAMES[kind]}s of other domains or networks, such as "${outside}"`
}

/** A matching value that belongs to another owner. */
function outsideExample(kind: PatternKind, pattern: string): string | undefined {
  switch (kind) {
    case 'commonName': {
      // A common name that is not a host name has no owner.
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

/** The end of a domain determines its owner: a label must begin after the last `*`. */
function outsideDomain(pattern: string, delimiters: readonly string[]): string | undefined {
  const at = pattern.lastIndexOf('*')
  const [head, tail] = [pattern.slice(0, at).replaceAll('*', 'x'), pattern.slice(at + 1)]
  if (tail === '') return `${head}evil.example`
  return delimiters.includes(tail.charAt(0)) ? undefined : `${head}evil${tail}`
}

/** A scheme with a complete host, or a URI without a host, such as a URN. */
const FIXED_HOST = /^[a-z][a-z\d+.-]*:(?:\/\/[^/?#]+[/?#]|[^/])/i

/** A URI with a terminated authority, which a `*` in it cannot extend. */
const WHOLE_AUTHORITY = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)[/?#]/i

/** The host of a URI determines its owner: a `*` must follow it, or be at the beginning of its domain. */
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
