const HEXADECIMAL: readonly string[] = Array.from({ length: 256 }, (_, octet) =>
  octet.toString(16).padStart(2, '0'),
)

/** Lower-case hexadecimal, two digits an octet, without separators. */
export function toHex(octets: Uint8Array): string {
  let digits = ''
  for (const octet of octets) digits += HEXADECIMAL[octet] ?? ''
  return digits
}

/** The octets of hexadecimal digits, two each. */
export const fromHex = (digits: string): Uint8Array =>
  Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

/** Whether two values have the same octets. Not for secrets: it stops at the first difference. */
export const equalBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && isAt(one, other, 0)

/** Whether `octets` are in `bytes` at an offset. Not for secrets either. */
export function isAt(octets: Uint8Array, bytes: Uint8Array, offset: number): boolean {
  for (let at = 0; at < octets.length; at += 1) {
    if (octets[at] !== bytes[offset + at]) return false
  }
  return true
}

/** Whether one magnitude is below another: big-endian, neither with leading zero octets. */
export function isBelow(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return one.length < other.length
  for (let at = 0; at < one.length; at += 1) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
