/**
 * What a certificate says, in words that all checkers can be brought to.
 * @module
 */

/** RDNs, the root of the tree first; each a list of `OID=value` in the order of DER. */
export type NameFacts = readonly (readonly string[])[]

/** The whole of a certificate but for its signature. Octets are lower-case hexadecimal. */
export interface Facts {
  readonly serialNumber: string
  /** Epoch seconds, both ends included. */
  readonly notBeforeSeconds: number
  readonly notAfterSeconds: number
  readonly issuer: NameFacts
  readonly subject: NameFacts
  /** `DNS:a.example`, `IP:0a000001`, `URI:…`, `email:…`, `otherName:OID=value`; sorted. */
  readonly names: readonly string[]
  readonly isSanCritical: boolean
  /** Numbers of bits, ascending. */
  readonly keyUsage: readonly number[]
  /** Object identifiers in the order of the certificate. */
  readonly extKeyUsage: readonly string[]
  readonly isCA: boolean
  readonly pathLength: number | null
  /** SHA-256 of SubjectPublicKeyInfo. */
  readonly spkiSha256: string
  /** The point of an elliptic curve, the key of Ed25519, the modulus of RSA. */
  readonly keyBytes: string
  /** In openssl's words: `ecdsa-with-SHA256`. */
  readonly signatureAlgorithm: string
  readonly subjectKeyId: string
  readonly authorityKeyId: string
}

/** One certificate to check. */
export interface Exhibit {
  readonly der: Uint8Array
  /** The issuing CA, then each one above it, the root last; DER. */
  readonly chain: readonly Uint8Array[]
  /** When it is to be verified. */
  readonly atSeconds: number
}

/** What one checker says of one certificate. */
export interface Verdict {
  /** Empty when the checker accepts it. */
  readonly faults: readonly string[]
  /** As far as this checker reports them; nothing when it cannot read the certificate. */
  readonly facts: Partial<Facts>
}

/** Stands for an otherName whose value a checker does not show. */
export const UNREAD_OTHER_NAME = 'otherName:?'

/** Differences between what a checker read and what is expected from what is expected: `keyUsage: [0,2], wanted [0]`. */
export function disagreements(found: Partial<Facts>, wanted: Facts): readonly string[] {
  const expected = found.names?.includes(UNREAD_OTHER_NAME) === true ? withUnread(wanted) : wanted
  const expectedByName = new Map<string, unknown>(Object.entries(expected))
  return Object.entries(found).flatMap(([fact, value]) => {
    const [foundText, wantedText] = [value, expectedByName.get(fact)].map((each) =>
      JSON.stringify(each),
    )
    return foundText === wantedText ? [] : [`${fact}: ${foundText}, wanted ${wantedText}`]
  })
}

const withUnread = (wanted: Facts): Facts => ({
  ...wanted,
  names: wanted.names
    .map((name) => (name.startsWith('otherName:') ? UNREAD_OTHER_NAME : name))
    .toSorted(),
})

/** Colons and line breaks gone, lower case. */
export const hexOf = (text: string): string => text.replaceAll(/[^0-9A-Fa-f]/g, '').toLowerCase()

/** `10.0.0.1` or eight groups with colons, as `IP:` and its octets. */
export function ipFact(text: string): string {
  const octets = text.includes(':')
    ? text.split(':').map((group) => group.toLowerCase().padStart(4, '0'))
    : text.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'))
  return `IP:${octets.join('')}`
}
