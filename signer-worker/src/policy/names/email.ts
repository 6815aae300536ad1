/**
 * Mailboxes as certificates hold them: an addr-spec of RFC 5321 §4.1.2 in ASCII, without quoting.
 *
 * @module
 */
import type { Finding } from '../messages.ts'
import { checkDnsName } from './dns-name.ts'
import { canonicalHost } from './host-text.ts'

/** RFC 5321 §4.5.3.1.1, in bytes. */
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

/** @returns The first error of an address; `undefined` for a well-formed one. */
export function checkEmail(email: string): Finding | undefined {
  const mailbox = splitMailbox(email)
  if (mailbox === undefined) return { kind: 'email_without_at' }
  const { local, domain } = mailbox
  if (local.length > MAX_LOCAL_PART || !LOCAL_PART.test(local)) {
    return { kind: 'email_local_part' }
  }
  return checkDnsName(domain) !== undefined || domain.includes('*')
    ? { kind: 'email_domain' }
    : undefined
}

/** A local part as RFC 6531 §3.3 extends it, checked for what could end it early in a program. */
const UTF8_LOCAL_PART = /^[^\p{Cc}\p{Z}@"(),:;<>[\\\]]+$/u

/** @returns The first error of a SmtpUTF8Mailbox (RFC 9598 §3). */
export function checkUtf8Mailbox(value: string): Finding | undefined {
  const mailbox = splitMailbox(value)
  if (mailbox === undefined) return { kind: 'email_without_at' }
  if (!UTF8_LOCAL_PART.test(mailbox.local)) return { kind: 'email_utf8_local_part' }
  const domain = canonicalHost(mailbox.domain)
  return domain === undefined || checkDnsName(domain) !== undefined || domain.includes('*')
    ? { kind: 'email_domain' }
    : undefined
}
