/**
 * DNS names in the preferred syntax (RFC 5280 §4.2.1.6, RFC 1034 §3.5), as certificates hold them.
 *
 * @module
 */
import { isALabel } from './a-label.ts'
import { readsAsNumber } from './host-text.ts'

/** RFC 1035 §2.3.4, in text without a trailing dot. */
const MAX_NAME_CHARACTERS = 253
const MAX_LABEL_CHARACTERS = 63

const HYPHEN = 0x2d
const DOT = 0x2e

/** By character: whether a label may have it anywhere; whether underscores are allowed is decided by the profile. */
const LETTERS_AND_DIGITS = new Uint8Array(0x80)
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_') {
  LETTERS_AND_DIGITS[character.codePointAt(0) ?? 0] = 1
}

/** What stands before the parent of a wildcard name (RFC 9525 §6.3). */
const WILDCARD_PREFIX = '*.'

/** An A-label (RFC 5890 §2.3.2.1) somewhere in a name. */
const A_LABEL = /(?:^|\.)xn--/i

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
  if (readsAsNumber(host)) {
    return 'is read as an IP address by URL parsers; an address belongs among the IP addresses'
  }
  const fault = labelFault(host)
  if (fault !== undefined || !A_LABEL.test(host)) return fault
  const labels = host.toLowerCase().split('.')
  return labels.some((label) => label.startsWith('xn--') && !isALabel(label))
    ? 'has a label that begins with "xn--" and is not the A-label of an internationalized name (RFC 5891)'
    : undefined
}

const isHyphenAt = (text: string, at: number): boolean => text.codePointAt(at) === HYPHEN

/** What is wrong with a label: one fault of all, in this order. */
function labelFault(host: string): string | undefined {
  let isLong = false
  let isMalformed = false
  let labelAt = 0
  for (let at = 0; at <= host.length; at += 1) {
    // The name ends its last label as a dot does.
    const character = host.codePointAt(at) ?? DOT
    if (character === DOT) {
      if (at === labelAt) return 'has an empty label'
      isLong ||= at - labelAt > MAX_LABEL_CHARACTERS
      isMalformed ||= isHyphenAt(host, labelAt) || isHyphenAt(host, at - 1)
      labelAt = at + 1
    } else {
      isMalformed ||= LETTERS_AND_DIGITS[character] !== 1 && character !== HYPHEN
    }
  }
  if (isLong) return `has a label of more than ${String(MAX_LABEL_CHARACTERS)} characters`
  return isMalformed ? 'has a label that is not letters, digits and inner hyphens' : undefined
}
