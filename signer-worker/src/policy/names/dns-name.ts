/**
 * DNS names in the preferred syntax (RFC 5280 §4.2.1.6, RFC 1034 §3.5), as certificates hold them.
 *
 * @module
 */
import type { Finding } from '../messages.ts'
import { isALabel } from './a-label.ts'
import { readsAsNumber } from './host-text.ts'

/** RFC 1035 §2.3.4, in text without a trailing dot. */
const MAX_NAME_CHARACTERS = 253
const MAX_LABEL_CHARACTERS = 63

/** Precedes the parent of a wildcard name (RFC 9525 §6.3). */
const WILDCARD_PREFIX = '*.'

/** An A-label (RFC 5890 §2.3.2.1) somewhere in a name. */
const A_LABEL = /(?:^|\.)xn--/i

/**
 * @param name - A name, possibly with `*` as its whole first label.
 * @returns The first error; `undefined` for a well-formed name.
 */
export function checkDnsName(name: string): Finding | undefined {
  if (name === '') return { kind: 'empty' }
  if (name.length > MAX_NAME_CHARACTERS) {
    return { kind: 'too_long', expected: [String(MAX_NAME_CHARACTERS)], size: name.length }
  }
  const host = name.startsWith(WILDCARD_PREFIX) ? name.slice(WILDCARD_PREFIX.length) : name
  if (host.includes('*')) return { kind: 'wildcard_misplaced' }
  if (readsAsNumber(host)) return { kind: 'reads_as_ip_address' }
  const error = checkLabels(host)
  if (error !== undefined || !A_LABEL.test(host)) return error
  const labels = host.toLowerCase().split('.')
  return labels.some((label) => label.startsWith('xn--') && !isALabel(label))
    ? { kind: 'a_label_malformed' }
    : undefined
}

/** Labels of letters, digits and inner hyphens; underscores are decided by the profile. */
const LABELS =
  /^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$/

function checkLabels(host: string): Finding | undefined {
  if (LABELS.test(host)) return undefined
  const labels = host.split('.')
  if (labels.includes('')) return { kind: 'label_empty' }
  if (labels.some((label) => label.length > MAX_LABEL_CHARACTERS)) {
    return { kind: 'label_too_long', expected: [String(MAX_LABEL_CHARACTERS)] }
  }
  return { kind: 'label_malformed' }
}
