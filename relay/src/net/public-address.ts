/**
 * Which addresses are of the public Internet: those that no registry of IANA keeps for a special purpose
 * (iana.org/assignments/iana-ipv4-special-registry, iana-ipv6-special-registry, multicast-addresses), and
 * that is no address of a cloud's own.
 *
 * @module
 */
import { EMBEDDED_PREFIX_BITS, isIPv4, matchesAny, type Network, networkList } from './address.ts'

/**
 * Whether an address is a public one. An address that says more than that (with a zone) is not, nor is text
 * that is no address.
 */
export const isPublicAddress = (address: string): boolean =>
  (isIPv4(address) || matchesAny(GLOBAL_IPV6, address)) && !matchesAny(SPECIAL, address)

/**
 * What leads to an IPv4 address through NAT64's well-known prefix (RFC 6052 §2.1): DNS64 makes these
 * addresses for hosts without IPv6.
 */
export const throughNat64 = ({ address, bits }: Network): Network => ({
  address: `64:ff9b::${address}`,
  bits: EMBEDDED_PREFIX_BITS + bits,
})

const SPECIAL_IPV4: readonly Network[] = [
  // This host, this network (RFC 791).
  { address: '0.0.0.0', bits: 8 },
  // Private (RFC 1918).
  { address: '10.0.0.0', bits: 8 },
  // Shared by customers of a carrier (RFC 6598); of some clouds and clusters, too.
  { address: '100.64.0.0', bits: 10 },
  // Loopback (RFC 1122).
  { address: '127.0.0.0', bits: 8 },
  // Azure's virtual address of the host: DNS, DHCP and the agent's server.
  { address: '168.63.129.16', bits: 32 },
  // ParsedCertificate-local (RFC 3927), the metadata server of most clouds among them.
  { address: '169.254.0.0', bits: 16 },
  { address: '172.16.0.0', bits: 12 },
  // IETF protocol assignments (RFC 6890).
  { address: '192.0.0.0', bits: 24 },
  // Documentation (RFC 5737), as are 198.51.100.0/24 and 203.0.113.0/24.
  { address: '192.0.2.0', bits: 24 },
  // Relays of 6to4, deprecated (RFC 7526).
  { address: '192.88.99.0', bits: 24 },
  { address: '192.168.0.0', bits: 16 },
  // Benchmarks (RFC 2544).
  { address: '198.18.0.0', bits: 15 },
  { address: '198.51.100.0', bits: 24 },
  { address: '203.0.113.0', bits: 24 },
  // Multicast (RFC 5771).
  { address: '224.0.0.0', bits: 4 },
  // Reserved (RFC 1112), with the limited broadcast address.
  { address: '240.0.0.0', bits: 4 },
]

/** Of what is global by its prefix. */
const SPECIAL_IPV6: readonly Network[] = [
  // IETF protocol assignments (RFC 2928): Teredo, benchmarks, ORCHID.
  { address: '2001::', bits: 23 },
  // Documentation (RFC 3849, RFC 9637).
  { address: '2001:db8::', bits: 32 },
  { address: '3fff::', bits: 20 },
  // 6to4 (RFC 3056): leads to any IPv4 address.
  { address: '2002::', bits: 16 },
]

/** Everything else of IPv6 is not global: loopback, unique local, link-local, multicast, unassigned. */
const GLOBAL_IPV6 = networkList([
  // Global unicast (RFC 4291 §2.4).
  { address: '2000::', bits: 3 },
  throughNat64({ address: '0.0.0.0', bits: 0 }),
])

const SPECIAL = networkList([...SPECIAL_IPV4, ...SPECIAL_IPV4.map(throughNat64), ...SPECIAL_IPV6])
