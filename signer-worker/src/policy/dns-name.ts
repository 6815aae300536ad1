/**
 * DNS names in the preferred syntax (RFC 5280 §4.2.1.6, RFC 1034 §3.5), as certificates hold them.
 *
 * @module
 */

/** RFC 1035 §2.3.4, in text without a trailing dot. */
const MAX_NAME_CHARACTERS = 253
const MAX_LABEL_CHARACTERS = 63

/** Letters, digits and hyphens; underscores are for the profile to judge. */
const LABEL = /^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?$/

const IPV4 = /^\d+(\.\d+){3}$/

/** What stands before the parent of a wildcard name (RFC 9525 §6.3). */
export const WILDCARD_PREFIX = '*.'

/**
 * @param name - A name, possibly with `*` as its whole first label.
 * @returns What is wrong with it, to go on after the name; `undefined` when nothing is.
 */
export function dnsNameFault(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (name.length > MAX_NAME_CHARACTERS) {
    return `has ${String(name.length)} characters; ${String(MAX_NAME_CHARACTERS)} are the most`
  }
  const host = name.startsWith(WILDCARD_PREFIX) ? name.slice(WILDCARD_PREFIX.length) : name
  if (host.includes('*')) return 'has a "*" that is not the whole first label of several'
  if (IPV4.test(host)) return 'is an IP address; it belongs among the IP addresses'
  const labels = host.split('.')
  if (labels.includes('')) return 'has an empty label'
  if (labels.some((label) => label.length > MAX_LABEL_CHARACTERS)) {
    return `has a label of more than ${String(MAX_LABEL_CHARACTERS)} characters`
  }
  return labels.every((label) => LABEL.test(label))
    ? undefined
    : 'has a label that is not letters, digits and inner hyphens'
}
