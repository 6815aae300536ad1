/**
 * Names as verifiers compare them: one name of a certificate may count as another kind of name, or as
 * another spelling, for some of them. Rules and constraints hold for every one of these readings.
 *
 * @module
 */
import { type GeneralName, IPV6_BYTES } from '@edge-issuer/shared/x509'
import { splitMailbox } from './email.ts'
import { canonicalHost } from './host-text.ts'

/** `id-on-SmtpUTF8Mailbox` (RFC 9598 §3): an email address in UTF-8. */
export const SMTP_UTF8_MAILBOX = '1.3.6.1.5.5.7.8.9'

/** `::ffff:0:0/96` (RFC 4291 §2.5.5.2). */
const IPV4_MAPPED_PREFIX = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff)

/** The IPv4 address of an IPv4-mapped IPv6 address: Go and others compare them as equal. */
function unmapped(bytes: Uint8Array): Uint8Array | undefined {
  const isMapped =
    bytes.length === IPV6_BYTES &&
    IPV4_MAPPED_PREFIX.every((octet, index) => octet === bytes[index])
  return isMapped ? bytes.subarray(IPV4_MAPPED_PREFIX.length) : undefined
}

/** The rfc822Name that a SmtpUTF8Mailbox counts as: its domain in A-labels (RFC 9598 §5). */
function asMailbox(value: string): string {
  const mailbox = splitMailbox(value)
  if (mailbox === undefined) return value
  return `${mailbox.local}@${canonicalHost(mailbox.domain) ?? mailbox.domain}`
}

/** @returns The name that rules of a client are for: an IPv4 address, or an email address, as such. */
export function ruledName(name: GeneralName): GeneralName {
  if (name.kind === 'otherName' && name.typeId === SMTP_UTF8_MAILBOX) {
    return { kind: 'email', value: asMailbox(name.value) }
  }
  const ipv4 = name.kind === 'ip' ? unmapped(name.bytes) : undefined
  return ipv4 === undefined ? name : { kind: 'ip', bytes: ipv4 }
}

/** @returns Every reading of a name that a verifier may hold against name constraints. */
export function constrainedNames(name: GeneralName): readonly GeneralName[] {
  const ruled = ruledName(name)
  return ruled === name ? [name] : [name, ruled]
}
