/**
 * Texts of IP addresses.
 *
 * @module
 */

/** Octets of an IPv4 address. */
export const IPV4_BYTES = 4

/** Octets of an IPv6 address. */
export const IPV6_BYTES = 16

/** Four decimals, or RFC 5952 for sixteen bytes. */
export function ipToText(bytes: Uint8Array): string {
  if (bytes.length === IPV4_BYTES) return bytes.join('.')
  const groups = Array.from(
    { length: bytes.length / 2 },
    (_, index) => (bytes[2 * index] ?? 0) * 256 + (bytes[2 * index + 1] ?? 0),
  )
  const { start, length } = longestZeroRun(groups)
  const texts = groups.map((group) => group.toString(16))
  // RFC 5952 §4.2.2: one group of zeros alone is not shortened.
  if (length < 2) return texts.join(':')
  return `${texts.slice(0, start).join(':')}::${texts.slice(start + length).join(':')}`
}

/** The first of the longest (RFC 5952 §4.2.3). */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 }
  let start = 0
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1
    else if (index + 1 - start > longest.length) longest = { start, length: index + 1 - start }
  }
  return longest
}
