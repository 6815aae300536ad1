/**
 * IP addresses as text, as far as Node.js leaves something to say about them.
 *
 * @module
 */
import { BlockList, isIP } from 'node:net'

/** A network, such as 10.0.0.0/8. */
export interface Network {
  /** Bits after the prefix do not count. */
  readonly address: string
  /** Length of the prefix. */
  readonly bits: number
}

/** Whether `text` is an address without a zone. */
export const isAddress = (text: string): boolean => isIP(text) !== 0 && !text.includes('%')

/** @param address - One that {@link isAddress} accepts. */
export const familyOf = (address: string): 'ipv4' | 'ipv6' =>
  isIP(address) === 4 ? 'ipv4' : 'ipv6'

/** Whether `text` is an address on the list. An IPv4-mapped address is looked up as IPv4, too. */
export const matchesAny = (list: BlockList, text: string): boolean =>
  isAddress(text) && list.check(text, familyOf(text))

/** Whether this is an IPv4 address, or an IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2). */
export const isIPv4 = (address: string): boolean =>
  isIP(address) === 4 || matchesAny(MAPPED, address)

/** @returns A list of the networks. */
export function networkList(networks: readonly Network[]): BlockList {
  const list = new BlockList()
  for (const { address, bits } of networks) list.addSubnet(address, bits, familyOf(address))
  return list
}

/** Reads `10.0.0.0/8` or `fd00::/8`. @returns `undefined` for anything else, an address alone included. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', bits = '', ...more] = text.split('/')
  if (more.length > 0 || !isAddress(address) || !/^\d{1,9}$/.test(bits)) return undefined
  return Number(bits) > ADDRESS_BITS[familyOf(address)]
    ? undefined
    : { address, bits: Number(bits) }
}

/** Of one address. */
export const ADDRESS_BITS = { ipv4: 32, ipv6: 128 } as const

/** @returns The host of a URL without the brackets of an IPv6 address. */
export const withoutBrackets = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1')

/** Length of the prefix before an IPv4 address that is part of an IPv6 address. */
export const EMBEDDED_PREFIX_BITS = 96
const MAPPED = networkList([{ address: '::ffff:0:0', bits: EMBEDDED_PREFIX_BITS }])
