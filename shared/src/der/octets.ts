/** Lower-case hexadecimal, two digits an octet, without separators. */
export const toHex = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('')

/** The octets of hexadecimal digits, two each. */
export const fromHex = (digits: string): Uint8Array =>
  Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

/** Whether two values have the same octets. Not for secrets: it stops at the first difference. */
export const equalOctets = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((octet, index) => octet === other[index])
