/**
 * What rules allow, for requests to name it more often than chance would.
 * @module
 */
import { type LimitedAuthority, SUBTREES } from './authorities.ts'
import type { Subtree, World } from './case.ts'
import { permitsAddress, permitsHost, Rules } from './model.ts'
import {
  type Address,
  ALL_ADDRESSES,
  ALL_USAGES,
  EXT_KEY_USAGES,
  HOSTS,
  isExtKeyUsage,
  MAILBOXES,
  URIS,
  type Usage,
} from './vocabulary.ts'

/** Names, usages and subtrees inside the rules. */
export interface Inside {
  readonly hosts: readonly string[]
  readonly addresses: readonly Address[]
  readonly mailboxes: readonly string[]
  readonly uris: readonly string[]
  readonly usages: readonly Usage[]
  readonly subtrees: readonly Subtree[]
}

const NOTHING_REQUESTED = {
  commonNames: [],
  subjectEmails: [],
  names: [],
  usages: [],
  isCA: false,
  basicConstraints: undefined,
  constraints: undefined,
  keyType: 'P-256',
} as const

/** What a world allows. */
export function insideOf(world: World, { limits }: LimitedAuthority): Inside {
  const rules = new Rules({ ...world, ...NOTHING_REQUESTED }, limits)
  const isInside = (subtree: Subtree): boolean => {
    const only = { permitted: [subtree], excluded: [] }
    const [hosts, addresses] = [
      HOSTS.filter((host) => subtree.kind === 'dns' && permitsHost(only, host)),
      ALL_ADDRESSES.filter((address) => subtree.kind === 'ip' && permitsAddress(only, address)),
    ]
    return (
      hosts.length + addresses.length > 0 &&
      hosts.every((host) => rules.allowsIssuedHost(host)) &&
      addresses.every((address) => rules.allowsIssuedAddress(address))
    )
  }
  return {
    hosts: HOSTS.filter((host) => rules.allowsHost(host)),
    addresses: ALL_ADDRESSES.filter((address) => rules.allowsAddress(address)),
    mailboxes: MAILBOXES.filter((mailbox) => rules.allowsMailbox(mailbox)),
    uris: URIS.filter((uri) => rules.allowsUri(uri)),
    usages: ALL_USAGES.filter(
      (usage) => rules.lists(usage) && limits.every((ca) => isWithin(usage, ca.usages)),
    ),
    subtrees: SUBTREES.filter(isInside),
  }
}

const isWithin = (usage: Usage, limit: readonly string[] | undefined): boolean =>
  !isExtKeyUsage(usage) || limit === undefined || limit.includes(EXT_KEY_USAGES[usage])
