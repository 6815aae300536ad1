/**
 * Subtrees of a name constraint (RFC 5280 §4.2.1.10), as text and as DER content bytes.
 *
 * @module
 */
import { isIPv4, isIPv6 } from 'node:net'
import { err, ok } from '@edge-issuer/shared'
import type { ValueType } from '../command-line/parameters.ts'

/** A kind of name that constraints limit. */
export type SubtreeKind = 'dns' | 'ip' | 'email' | 'uri'

/** One permitted or excluded part of a name space. */
export interface Subtree {
  readonly kind: SubtreeKind
  /** Text as the user gave it, in lower case where case does not matter. */
  readonly text: string
  /** Content bytes of the GeneralName. */
  readonly bytes: Uint8Array
}

const HOST_PATTERN =
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$/

/** RFC 5321 §4.1.2 Dot-string: a local part without quotes. */
const MAILBOX_LOCAL_PATTERN = /^[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*$/

const isHost = (text: string): boolean => HOST_PATTERN.test(text) && !isIPv4(text)

/** A DNS name: itself and everything below it. */
export const DNS_SUBTREE: ValueType<Subtree> = {
  placeholder: 'DOMAIN',
  parse: (text) => {
    const name = text.toLowerCase()
    if (isHost(name)) return ok(ascii('dns', name))
    const inner = name.replace(/^(\*?\.)/, '')
    return inner !== name && isHost(inner)
      ? err(`invalid DNS constraint "${text}"; write "${inner}", which includes all names below it`)
      : err(
          `invalid DNS constraint "${text}"; expected a DNS name of letters, digits and hyphens (RFC 5280 §4.2.1.10)`,
        )
  },
}

/** An address range. */
export const IP_SUBTREE: ValueType<Subtree> = {
  placeholder: 'CIDR',
  parse: (text) => {
    const [, address = '', bits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
    const bytes = addressBytes(address)
    if (bytes === undefined || Number(bits) > bytes.length * 8) {
      return err(`invalid address range "${text}"; expected CIDR such as 10.0.0.0/8 or fd00::/8`)
    }
    const mask = bytes.map((_, index) => maskOctet(Number(bits) - index * 8))
    const hasHostBits = bytes.some((octet, index) => (octet & ~(mask[index] ?? 0)) !== 0)
    return hasHostBits
      ? err(
          `invalid address range "${text}": bits are set after the first ${bits}; write the first address of the range`,
        )
      : ok({ kind: 'ip', text, bytes: Uint8Array.of(...bytes, ...mask) })
  },
}

/** A mailbox, all mailboxes at a host, or (with a leading dot) at all hosts below a domain. */
export const EMAIL_SUBTREE: ValueType<Subtree> = {
  placeholder: 'ADDRESS',
  parse: (text) => {
    const at = text.lastIndexOf('@')
    const host = text.slice(at + 1).toLowerCase()
    const isMailbox = at > 0 && MAILBOX_LOCAL_PATTERN.test(text.slice(0, at)) && isHost(host)
    const isMany = at < 0 && isHost(host.replace(/^\./, ''))
    return isMailbox || isMany
      ? ok(ascii('email', text.slice(0, at + 1) + host))
      : err(
          `invalid email constraint "${text}"; expected a form such as a@example.com, example.com or .example.com`,
        )
  },
}

/** URIs of a host, or (with a leading dot) of all hosts below a domain. */
export const URI_SUBTREE: ValueType<Subtree> = {
  placeholder: 'HOST',
  parse: (text) => {
    const host = text.toLowerCase()
    return isHost(host.replace(/^\./, ''))
      ? ok(ascii('uri', host))
      : err(
          `invalid URI constraint "${text}"; expected a host such as example.com or .example.com, since constraints cannot limit scheme and path`,
        )
  },
}

const ascii = (kind: SubtreeKind, text: string): Subtree => ({
  kind,
  text,
  bytes: new TextEncoder().encode(text),
})

/** Leading ones of one octet of a mask. */
const maskOctet = (bits: number): number => (0xff << (8 - Math.min(8, Math.max(0, bits)))) & 0xff

function addressBytes(text: string): readonly number[] | undefined {
  if (isIPv4(text)) return text.split('.').map(Number)
  if (!isIPv6(text) || text.includes('%')) return undefined
  const [head = '', tail] = text.split('::')
  const before = groupBytes(head)
  if (tail === undefined) return before
  const after = groupBytes(tail)
  return [...before, ...Array<number>(16 - before.length - after.length).fill(0), ...after]
}

/** Bytes of colon-separated groups, of which the last may be an IPv4 address (RFC 4291 §2.2). */
function groupBytes(text: string): readonly number[] {
  if (text === '') return []
  return text.split(':').flatMap((group) => {
    if (isIPv4(group)) return group.split('.').map(Number)
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}
