/**
 * Mailboxes as certificates hold them: an addr-spec of RFC 5321 §4.1.2 in ASCII, without quoting.
 *
 * @module
 */
import { dnsNameFault } from './dns-name.ts'
import { canonicalHost } from './host-text.ts'

/** RFC 5321 §4.5.3.1.1, in octets. */
const MAX_LOCAL_PART = 64

const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/

/** The two sides of the last `@`. */
export interface Mailbox {
  readonly local: string
  readonly domain: string
}

/** @returns `undefined` without an `@`. */
export function splitMailbox(email: string): Mailbox | undefined {
  const at = email.lastIndexOf('@')
  return at < 0 ? undefined : { local: email.slice(0, at), domain: email.slice(at + 1) }
}

/** @returns What is wrong with an address, to go on after it; `undefined` when nothing is. */
export function emailFault(email: string): string | undefined {
  const mailbox = splitMailbox(email)
  if (mailbox === undefined) return 'has no "@"'
  const { local, domain } = mailbox
  if (local.length > MAX_LOCAL_PART || !LOCAL_PART.test(local)) {
    return 'does not begin with 1 to 64 plain characters and an "@"'
  }
  return dnsNameFault(domain) !== undefined || domain.includes('*')
    ? 'does not end with a DNS name'
    : undefined
}

/** A local part as RFC 6531 §3.3 extends it, checked for what could end it early in a program. */
const UTF8_LOCAL_PART = /^[^\p{Cc}\p{Z}@"(),:;<>[\\\]]+$/u

/** RFC 9598 §3. @returns What is wrong with a SmtpUTF8Mailbox, to go on after it. */
export function utf8MailboxFault(value: string): string | undefined {
  const mailbox = splitMailbox(value)
  if (mailbox === undefined) return 'has no "@"'
  if (!UTF8_LOCAL_PART.test(mailbox.local)) return 'has a malformed local part'
  const domain = canonicalHost(mailbox.domain)
  return domain === undefined || dnsNameFault(domain) !== undefined || domain.includes('*')
    ? 'does not end with a DNS name'
    : undefined
}
