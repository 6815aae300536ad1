/**
 * Names against the name constraints of the issuing CA (RFC 5280 §4.2.1.10), as verifiers judge them
 * later. What a verifier could not judge is refused.
 *
 * @module
 */
import { generalNameToText, type GeneralName, type NameConstraints } from '@edge-issuer/shared/x509'
import { WILDCARD_PREFIX } from './dns-name.ts'
import { splitMailbox } from './email.ts'
import { quoteList } from './text.ts'
import { uriDnsHost } from './uri.ts'

/** Kinds of constraint that are judged; a CA with others cannot be an issuer here. */
export const JUDGED_CONSTRAINTS: ReadonlySet<GeneralName['kind']> = new Set([
  'dns',
  'ip',
  'uri',
  'email',
])

/**
 * @param constraints - Those of every CA in the chain; each must be satisfied.
 * @returns What is wrong with a name, to go on after it; `undefined` when nothing is.
 */
export function constraintFault(
  name: GeneralName,
  constraints: readonly NameConstraints[],
): string | undefined {
  for (const { permitted, excluded } of constraints) {
    const excluder = excluded.find((base) => isExcluded(name, base))
    if (excluder !== undefined) {
      return `is excluded by the issuing CA's name constraint ${quoteList([generalNameToText(excluder)])}`
    }
    const bases = permitted.filter(({ kind }) => kind === name.kind)
    if (bases.length > 0 && !bases.some((base) => isWithin(name, base))) {
      return `is outside what the issuing CA's name constraints permit: ${quoteList(bases.map(generalNameToText))}`
    }
  }
  return undefined
}

function isExcluded(name: GeneralName, base: GeneralName): boolean {
  if (name.kind === 'uri' && base.kind === 'uri' && uriDnsHost(name.value) === undefined) {
    return true
  }
  return isWithin(name, base) || canCover(name, base)
}

/** Whether a wildcard name stands for a name that `base` alone would match: then it is not harmless. */
function canCover(name: GeneralName, base: GeneralName): boolean {
  if (name.kind !== 'dns' || base.kind !== 'dns') return false
  if (!name.value.startsWith(WILDCARD_PREFIX)) return false
  const suffix = name.value.slice(1).toLowerCase()
  const [label = '', ...parents] = base.value.toLowerCase().split('.')
  return label !== '' && `.${parents.join('.')}` === suffix
}

/** Whether `name` is in the subtree of `base`; names of another kind are in none. */
function isWithin(name: GeneralName, base: GeneralName): boolean {
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
  return name.kind === 'ip' && base.kind === 'ip' && isAddressWithin(name.octets, base.octets)
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

/** @param base - Address and mask, one after the other. */
function isAddressWithin(address: Uint8Array, base: Uint8Array): boolean {
  const size = base.length / 2
  if (address.length !== size) return false
  return address.every((octet, index) => {
    const mask = base[size + index] ?? 0
    return (octet & mask) === ((base[index] ?? 0) & mask)
  })
}
