/**
 * Subtrees of name spaces (RFC 5280 §4.2.1.10): whether a name, or all of another subtree, is in one.
 *
 * @module
 */
import type { GeneralName } from '@edge-issuer/shared/x509'
import { splitMailbox } from './email.ts'
import { uriDnsHost } from './uri.ts'

/** Whether `name` is in the subtree of `base`; names of another kind are in none. */
export function isNameWithin(name: GeneralName, base: GeneralName): boolean {
  if (name.kind === 'dns' && base.kind === 'dns') {
    return isDomainWithin(name.value, base.value)
  }
  if (name.kind === 'email' && base.kind === 'email') {
    return isMailboxWithin(name.value, base.value)
  }
  if (name.kind === 'uri' && base.kind === 'uri') {
    const host = uriDnsHost(name.value)
    return host !== undefined && isHostWithin(host, base.value)
  }
  return name.kind === 'ip' && base.kind === 'ip' && isAddressWithin(name.bytes, base.bytes)
}

/** Whether every name in the subtree of `inner` is in that of `outer`; of another kind, none is. */
export function isSubtreeWithin(inner: GeneralName, outer: GeneralName): boolean {
  if (inner.kind === 'dns' && outer.kind === 'dns') {
    return isDomainWithin(inner.value, outer.value)
  }
  if (inner.kind === 'email' && outer.kind === 'email') {
    return isMailboxTreeWithin(inner.value, outer.value)
  }
  if (inner.kind === 'uri' && outer.kind === 'uri') {
    return isHostWithin(inner.value, outer.value)
  }
  return inner.kind === 'ip' && outer.kind === 'ip' && isRangeWithin(inner.bytes, outer.bytes)
}

/** A domain and all below it; with a leading dot, only what is below it; empty, everything. */
function isDomainWithin(domain: string, base: string): boolean {
  const [name, wanted] = [domain.toLowerCase(), base.toLowerCase()]
  if (wanted === '' || wanted.startsWith('.')) return name.endsWith(wanted)
  return name === wanted || name.endsWith(`.${wanted}`)
}

/** One host; with a leading dot, every host below it. */
function isHostWithin(host: string, base: string): boolean {
  return base.startsWith('.')
    ? host.toLowerCase().endsWith(base.toLowerCase())
    : host.toLowerCase() === base.toLowerCase()
}

/** One mailbox, all mailboxes of a host, or with a leading dot of every host below it. */
function isMailboxWithin(email: string, base: string): boolean {
  const mailbox = splitMailbox(email)
  if (mailbox === undefined) return false
  const wanted = splitMailbox(base)
  return wanted === undefined
    ? isHostWithin(mailbox.domain, base)
    : mailbox.local === wanted.local && isHostWithin(mailbox.domain, wanted.domain)
}

function isMailboxTreeWithin(inner: string, outer: string): boolean {
  if (splitMailbox(inner) !== undefined) return isMailboxWithin(inner, outer)
  return splitMailbox(outer) === undefined && isHostWithin(inner, outer)
}

/** A range is in another when it begins in it, and fixes every bit that the other fixes. */
function isRangeWithin(inner: Uint8Array, outer: Uint8Array): boolean {
  const size = inner.length / 2
  const isMaskWithin = inner
    .subarray(size)
    .every((octet, index) => (octet & (outer[size + index] ?? 0)) === (outer[size + index] ?? 0))
  return isMaskWithin && isAddressWithin(inner.subarray(0, size), outer)
}

/** @param base - Address and mask, one after the other. */
function isAddressWithin(address: Uint8Array, base: Uint8Array): boolean {
  const size = base.length / 2
  if (address.length !== size) return false
  return address.every((octet, index) => {
    const mask = base[size + index] ?? 0
    return (octet & mask) === ((base[index] ?? 0) & mask)
  })
}
