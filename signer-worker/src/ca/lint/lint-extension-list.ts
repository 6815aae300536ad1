/**
 * The extensions of a certificate as the lint reads them: which are there, which are critical, and where
 * their values are.
 *
 * @module
 */
import { expectEnd, LINT_TAG, lintForm, type LintScan } from './lint-der.ts'

/** The extensions that are known, in any order. */
export const EXTENSION_ID = {
  subjectKeyIdentifier: 1,
  keyUsage: 2,
  subjectAltName: 3,
  basicConstraints: 4,
  nameConstraints: 5,
  cRLDistributionPoints: 6,
  certificatePolicies: 7,
  authorityKeyIdentifier: 8,
  policyConstraints: 9,
  extKeyUsage: 10,
  freshestCRL: 11,
  inhibitAnyPolicy: 12,
  noRevAvail: 13,
  authorityInfoAccess: 14,
} as const

/** Any other extension. */
const OTHER = 0

/** By the last arc of 2.5.29.x, id-ce. */
const ID_OF_ARC = new Uint8Array(0x80)
for (const [arc, id] of [
  [14, EXTENSION_ID.subjectKeyIdentifier],
  [15, EXTENSION_ID.keyUsage],
  [17, EXTENSION_ID.subjectAltName],
  [19, EXTENSION_ID.basicConstraints],
  [30, EXTENSION_ID.nameConstraints],
  [31, EXTENSION_ID.cRLDistributionPoints],
  [32, EXTENSION_ID.certificatePolicies],
  [35, EXTENSION_ID.authorityKeyIdentifier],
  [36, EXTENSION_ID.policyConstraints],
  [37, EXTENSION_ID.extKeyUsage],
  [46, EXTENSION_ID.freshestCRL],
  [54, EXTENSION_ID.inhibitAnyPolicy],
  [56, EXTENSION_ID.noRevAvail],
] as const) {
  ID_OF_ARC[arc] = id
}

/** Whole elements of object identifiers; the first one without its last arc. */
const ID_CE = Uint8Array.of(6, 3, 0x55, 0x1d)
const AUTHORITY_INFO_ACCESS = Uint8Array.of(6, 8, 0x2b, 6, 1, 5, 5, 7, 1, 1)

/** An extension that is not there. */
export const ABSENT = 0

/** The extensions of one certificate. */
export class LintExtensions {
  /** By {@link EXTENSION_ID}; as long as V8 keeps in its own heap. */
  readonly #values = new Int32Array(16)
  /** A bit for each that is critical. */
  #criticals = 0
  /** Offsets of object identifiers that are not known. */
  readonly #others: number[] = []

  /**
   * Reads the SEQUENCE OF Extension at an offset, which is the last element of the certificate.
   *
   * @throws MalformedDer
   */
  constructor(scan: LintScan, at: number) {
    const end = scan.expect(LINT_TAG.sequence, at, scan.bytes.length)
    expectEnd(end, scan.bytes.length)
    let extension = scan.insideOf(at)
    if (extension === end) scan.report('e_extensions_empty', at)
    while (extension < end) extension = this.#read(scan, extension)
  }

  /** Where the value is, inside of its OCTET STRING; {@link ABSENT} when there is none. */
  valueOf(id: number): number {
    return this.#values[id] ?? ABSENT
  }

  isCritical(id: number): boolean {
    return (this.#criticals & (1 << id)) !== 0
  }

  /** @returns The end of the extension. */
  #read(scan: LintScan, at: number): number {
    const { bytes } = scan
    const end = scan.expect(LINT_TAG.sequence, at, bytes.length)
    const type = scan.insideOf(at)
    scan.expect(LINT_TAG.objectIdentifier, type, end)
    let wrapper = lintForm(scan, type, end)
    const id = idOf(scan, type)
    const isCritical = bytes[wrapper] === LINT_TAG.boolean
    // A FALSE that is stated, as it is the default, is no BOOLEAN of this form either (X.690 §11.5).
    if (isCritical) wrapper = lintForm(scan, wrapper, end)
    expectEnd(scan.expect(LINT_TAG.octetString, wrapper, end), end)
    const value = scan.insideOf(wrapper)
    expectEnd(scan.endOf(value, end), end)
    // Other names have values of any type.
    if (id !== EXTENSION_ID.subjectAltName) lintForm(scan, value, end)
    if (this.#isRepeated(scan, id, type)) scan.report('e_ext_duplicate_extension', type)
    if (id !== OTHER) {
      this.#values[id] = value
      if (isCritical) this.#criticals |= 1 << id
    }
    return end
  }

  /** Whether an extension was there before; remembers one that is not known. */
  #isRepeated(scan: LintScan, id: number, type: number): boolean {
    if (id !== OTHER) return this.#values[id] !== ABSENT
    const oid = scan.bytes.subarray(type, scan.endOf(type, scan.bytes.length))
    const isThere = this.#others.some((other) => scan.isAt(oid, other))
    this.#others.push(type)
    return isThere
  }
}

/** @param type - Where the object identifier is. */
function idOf(scan: LintScan, type: number): number {
  if (scan.isAt(ID_CE, type)) return ID_OF_ARC[scan.bytes[type + ID_CE.length] ?? 0] ?? OTHER
  return scan.isAt(AUTHORITY_INFO_ACCESS, type) ? EXTENSION_ID.authorityInfoAccess : OTHER
}
